// All clients of AWS services, as scripts import them from aws.
export * from "./signature.js";
export { AWSError } from "./client.js";
export * from "./s3.js";
export * from "./secrets-manager.js";
export * from "./services.js";
