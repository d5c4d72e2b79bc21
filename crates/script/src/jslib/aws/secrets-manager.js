// Secrets of AWS, as scripts import them from aws.
import { AWSClient, serviceError } from "./client.js";

export { AWSConfig, InvalidSignatureError } from "./signature.js";

export class SecretsManagerServiceError extends serviceError("SecretsManagerServiceError") {}

const moment = (seconds) => (seconds === undefined ? undefined : new Date(seconds * 1000).getTime());

export class Secret {
  constructor(answer) {
    this.name = answer.Name;
    this.arn = answer.ARN;
    this.createdAt = moment(answer.CreatedDate);
    this.lastAccessDate = moment(answer.LastAccessedDate);
    this.lastChangedDate = moment(answer.LastChangedDate);
    this.tags = answer.Tags ?? [];
    this.secret = answer.SecretString;
  }
}

const unique = () => crypto.randomUUID();

export class SecretsManagerClient extends AWSClient {
  constructor(config) {
    super(config, "secretsmanager", SecretsManagerServiceError);
  }

  ask(operation, input, read) {
    return this.call("secretsmanager", "1.1", operation, input, read);
  }

  listSecrets() {
    return this.ask("ListSecrets", {}, ({ SecretList = [] }) => SecretList.map((entry) => new Secret(entry)));
  }

  getSecret(id) {
    return this.ask("GetSecretValue", { SecretId: id }, (answer) => new Secret(answer));
  }

  createSecret(name, secret, description, versionId = unique(), tags = []) {
    const input = { Name: name, Description: description, SecretString: secret, ClientRequestToken: versionId, Tags: tags };
    return this.ask("CreateSecret", input, (answer) => new Secret({ ...answer, SecretString: secret }));
  }

  putSecretValue(id, secret, versionId = unique()) {
    const input = { SecretId: id, SecretString: secret, ClientRequestToken: versionId };
    return this.ask("PutSecretValue", input, (answer) => new Secret({ ...answer, SecretString: secret }));
  }

  deleteSecret(id, { recoveryWindow = 30, noRecovery = false } = {}) {
    const grace = noRecovery ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays: recoveryWindow };
    return this.ask("DeleteSecret", { SecretId: id, ...grace }, () => undefined);
  }
}
