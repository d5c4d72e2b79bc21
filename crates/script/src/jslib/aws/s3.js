// Buckets and objects of S3, as scripts import them from aws.
import crypto from "k6/crypto";
import { AWSClient, serviceError } from "./client.js";
import { Endpoint } from "./signature.js";

export { AWSConfig, Endpoint, InvalidSignatureError } from "./signature.js";

export class S3ServiceError extends serviceError("S3ServiceError") {}

export class S3Bucket {
  constructor(name, creationDate) {
    Object.assign(this, { name, creationDate });
  }
}

export class S3Object {
  constructor(key, lastModified, etag, size, storageClass, data) {
    Object.assign(this, { key, lastModified, etag, size, storageClass, data });
  }
}

export class S3MultipartUpload {
  constructor(key, uploadId) {
    Object.assign(this, { key, uploadId });
  }
}

export class S3Part {
  constructor(partNumber, eTag) {
    Object.assign(this, { partNumber, eTag });
  }
}

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const plain = (text) =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name) return ENTITIES[name] ?? whole;
    return String.fromCodePoint(decimal ? Number(decimal) : parseInt(hex, 16));
  });
// The contents of all elements of a name, and the text of the first.
const elements = (xml, name) => [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([^]*?)</${name}>`, "g"))].map(([, inner]) => inner);
const text = (xml, name) => plain(elements(xml, name)[0] ?? "");
const inXml = (value) => String(value).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

export class S3Client extends AWSClient {
  constructor(config) {
    super(config, "s3", S3ServiceError, { uriEscapePath: false, applyChecksum: true });
  }

  // A bucket has a host of its own, unless a stand-in is used or its name would break the certificate.
  place(bucket, name = "") {
    // A percent sign in a name is no escape.
    const key = name.replace(/%/g, "%25");
    if (this.config.endpoint || bucket.includes(".")) return { endpoint: this.endpoint, path: `/${bucket}/${key}` };
    return { endpoint: new Endpoint(`https://${bucket}.s3.${this.config.region}.amazonaws.com`), path: `/${key}` };
  }

  listBuckets() {
    return this.send("ListBuckets", { method: "GET" }, ({ body }) =>
      elements(body, "Bucket").map((bucket) => new S3Bucket(text(bucket, "Name"), new Date(text(bucket, "CreationDate")))));
  }

  listObjects(bucketName, prefix) {
    const query = { "list-type": "2", ...(prefix ? { prefix } : {}) };
    return this.send("ListObjectsV2", { method: "GET", ...this.place(bucketName), query }, ({ body }) =>
      elements(body, "Contents").map((entry) => new S3Object(
        text(entry, "Key"),
        new Date(text(entry, "LastModified")),
        text(entry, "ETag"),
        Number(text(entry, "Size")),
        text(entry, "StorageClass"),
      )));
  }

  // Objects come as text, unless `additionalHeaders` ask for bytes.
  getObject(bucketName, objectKey, additionalHeaders = {}) {
    const accepted = Object.entries(additionalHeaders).find(([name]) => name.toLowerCase() === "accept");
    const responseType = accepted && accepted[1] === "application/octet-stream" ? "binary" : "text";
    const request = { method: "GET", ...this.place(bucketName, objectKey), headers: additionalHeaders, responseType };
    return this.send("GetObject", request, ({ headers, body }) => new S3Object(
      objectKey,
      new Date(headers["Last-Modified"]),
      headers.Etag ?? headers.ETag,
      Number(headers["Content-Length"]),
      headers["X-Amz-Storage-Class"] ?? "STANDARD",
      body,
    ));
  }

  putObject(bucketName, objectKey, data, params = {}) {
    const headers = {};
    const names = { contentDisposition: "content-disposition", contentEncoding: "content-encoding", contentType: "content-type" };
    for (const [name, header] of Object.entries(names)) if (params[name]) headers[header] = params[name];
    const request = { method: "PUT", ...this.place(bucketName, objectKey), headers, body: data };
    return this.send("PutObject", request, ({ headers: answer }) => ({
      key: objectKey,
      bucket: bucketName,
      eTag: answer.Etag ?? answer.ETag,
      size: data.byteLength ?? data.length,
    }));
  }

  deleteObject(bucketName, objectKey) {
    return this.send("DeleteObject", { method: "DELETE", ...this.place(bucketName, objectKey) }, () => undefined);
  }

  copyObject(sourceBucket, sourceKey, destinationBucket, destinationKey) {
    const headers = { "x-amz-copy-source": `${sourceBucket}/${encodeURIComponent(sourceKey).replace(/%2F/g, "/")}` };
    return this.send("CopyObject", { method: "PUT", ...this.place(destinationBucket, destinationKey), headers }, () => undefined);
  }

  createMultipartUpload(bucketName, objectKey) {
    const request = { method: "POST", ...this.place(bucketName, objectKey), query: { uploads: "" } };
    return this.send("CreateMultipartUpload", request, ({ body }) => new S3MultipartUpload(objectKey, text(body, "UploadId")));
  }

  uploadPart(bucketName, objectKey, uploadId, partNumber, data) {
    const query = { partNumber: String(partNumber), uploadId };
    const request = { method: "PUT", ...this.place(bucketName, objectKey), query, body: data };
    return this.send("UploadPart", request, ({ headers }) => new S3Part(partNumber, headers.Etag ?? headers.ETag));
  }

  completeMultipartUpload(bucketName, objectKey, uploadId, parts) {
    const list = parts.map((part) => `<Part><PartNumber>${part.partNumber}</PartNumber><ETag>${inXml(part.eTag)}</ETag></Part>`);
    const body = `<CompleteMultipartUpload>${list.join("")}</CompleteMultipartUpload>`;
    const headers = { "content-md5": crypto.md5(body, "base64") };
    const request = { method: "POST", ...this.place(bucketName, objectKey), query: { uploadId }, headers, body };
    return this.send("CompleteMultipartUpload", request, () => undefined);
  }

  abortMultipartUpload(bucketName, objectKey, uploadId) {
    return this.send("AbortMultipartUpload", { method: "DELETE", ...this.place(bucketName, objectKey), query: { uploadId } }, () => undefined);
  }
}
