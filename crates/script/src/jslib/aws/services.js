// The smaller clients of AWS services: keys, queues, parameters, events, functions, streams. Scripts import each
// from a file of its own.
import encoding from "k6/encoding";
import { AWSClient, serviceError } from "./client.js";

export { AWSConfig, InvalidSignatureError } from "./signature.js";

export class KMSServiceError extends serviceError("KMSServiceError") {}
export class SQSServiceError extends serviceError("SQSServiceError") {}
export class SystemsManagerServiceError extends serviceError("SystemsManagerServiceError") {}
export class EventBridgeServiceError extends serviceError("EventBridgeServiceError") {}
export class LambdaServiceError extends serviceError("LambdaServiceError") {}
export class KinesisServiceError extends serviceError("KinesisServiceError") {}

export const KMSKeySize = { Size256: 32, Size512: 64 };

export class KMSClient extends AWSClient {
  constructor(config) {
    super(config, "kms", KMSServiceError);
  }

  listKeys() {
    return this.call("TrentService", "1.1", "ListKeys", {}, ({ Keys = [] }) =>
      Keys.map((key) => ({ keyId: key.KeyId, keyArn: key.KeyArn })));
  }

  generateDataKey(id, size = KMSKeySize.Size256) {
    return this.call("TrentService", "1.1", "GenerateDataKey", { KeyId: id, NumberOfBytes: size }, (answer) => ({
      id: answer.KeyId,
      ciphertextBlobText: answer.CiphertextBlob,
      plaintext: answer.Plaintext,
    }));
  }
}

// The attributes of a message as the service takes them.
const attributes = (known = {}) =>
  Object.fromEntries(Object.entries(known).map(([name, { type, value }]) => [
    name,
    { DataType: type, [type === "Binary" ? "BinaryValue" : "StringValue"]: value },
  ]));

const message = (body, options = {}) => ({
  MessageBody: body,
  ...(options.messageDeduplicationId ? { MessageDeduplicationId: options.messageDeduplicationId } : {}),
  ...(options.messageGroupId ? { MessageGroupId: options.messageGroupId } : {}),
  ...(options.messageAttributes ? { MessageAttributes: attributes(options.messageAttributes) } : {}),
  ...(options.delaySeconds !== undefined ? { DelaySeconds: options.delaySeconds } : {}),
});

export class SQSClient extends AWSClient {
  constructor(config) {
    super(config, "sqs", SQSServiceError);
  }

  ask(operation, input, read) {
    return this.call("AmazonSQS", "1.0", operation, input, read);
  }

  sendMessage(queueUrl, body, options) {
    return this.ask("SendMessage", { QueueUrl: queueUrl, ...message(body, options) }, (answer) => ({
      id: answer.MessageId,
      bodyMD5: answer.MD5OfMessageBody,
    }));
  }

  sendMessageBatch(queueUrl, entries) {
    const input = {
      QueueUrl: queueUrl,
      Entries: entries.map((entry) => ({ Id: entry.messageId, ...message(entry.messageBody, entry.messageOptions) })),
    };
    return this.ask("SendMessageBatch", input, ({ Successful = [], Failed = [] }) => ({
      successful: Successful.map((entry) => ({ id: entry.MessageId, bodyMD5: entry.MD5OfMessageBody })),
      failed: Failed.map((entry) => new SQSServiceError(entry.Message, entry.Code, "SendMessageBatch")),
    }));
  }

  receiveMessages(queueUrl, options = {}) {
    const input = {
      QueueUrl: queueUrl,
      MaxNumberOfMessages: options.maxNumberOfMessages,
      VisibilityTimeout: options.visibilityTimeoutSeconds,
      WaitTimeSeconds: options.waitTimeSeconds,
    };
    return this.ask("ReceiveMessage", input, ({ Messages = [] }) =>
      Messages.map((entry) => ({
        messageId: entry.MessageId,
        body: entry.Body,
        receiptHandle: entry.ReceiptHandle,
        md5OfBody: entry.MD5OfBody,
      })));
  }

  deleteMessage(queueUrl, receiptHandle) {
    return this.ask("DeleteMessage", { QueueUrl: queueUrl, ReceiptHandle: receiptHandle }, () => undefined);
  }

  listQueues({ maxResults, nextToken, queueNamePrefix } = {}) {
    const input = { MaxResults: maxResults, NextToken: nextToken, QueueNamePrefix: queueNamePrefix };
    return this.ask("ListQueues", input, ({ QueueUrls = [], NextToken }) => ({ urls: QueueUrls, nextToken: NextToken }));
  }
}

export class SystemsManagerClient extends AWSClient {
  constructor(config) {
    super(config, "ssm", SystemsManagerServiceError);
  }

  getParameter(name, withDecryption = false) {
    const input = { Name: name, WithDecryption: withDecryption };
    return this.call("AmazonSSM", "1.1", "GetParameter", input, ({ Parameter = {} }) => ({
      arn: Parameter.ARN,
      dataType: Parameter.DataType,
      lastModifiedDate: Parameter.LastModifiedDate,
      name: Parameter.Name,
      selector: Parameter.Selector,
      sourceResult: Parameter.SourceResult,
      type: Parameter.Type,
      value: Parameter.Value,
      version: Parameter.Version,
    }));
  }
}

export class EventBridgeClient extends AWSClient {
  constructor(config) {
    super(config, "events", EventBridgeServiceError);
  }

  putEvents({ entries, endpointId }) {
    const input = {
      EndpointId: endpointId,
      Entries: entries.map((entry) => ({
        Source: entry.source,
        Detail: JSON.stringify(entry.detail),
        DetailType: entry.detailType,
        EventBusName: entry.eventBusName,
        Resources: entry.resources,
      })),
    };
    return this.call("AWSEvents", "1.1", "PutEvents", input, () => undefined);
  }
}

export class LambdaClient extends AWSClient {
  constructor(config) {
    super(config, "lambda", LambdaServiceError);
  }

  invoke(name, payload, { invocationType = "RequestResponse", logType = "None", clientContext, qualifier } = {}) {
    const headers = {
      "content-type": "application/json",
      "x-amz-invocation-type": invocationType,
      "x-amz-log-type": logType,
      ...(clientContext ? { "x-amz-client-context": clientContext } : {}),
    };
    const query = qualifier ? { Qualifier: qualifier } : {};
    const path = `/2015-03-31/functions/${name}/invocations`;
    return this.send("Invoke", { path, query, headers, body: typeof payload === "string" ? payload : JSON.stringify(payload ?? {}) }, (response) => {
      const failed = response.headers["X-Amz-Function-Error"];
      if (failed) throw new LambdaServiceError(`${failed}: ${response.body}`, failed, "Invoke");
      const log = response.headers["X-Amz-Log-Result"];
      return {
        executedVersion: response.headers["X-Amz-Executed-Version"],
        logResult: log ? encoding.b64decode(log, "std", "s") : undefined,
        statusCode: response.status,
        payload: response.body || undefined,
      };
    });
  }
}

// Names with a small first letter, all the way down, as scripts of this client read them.
function lowered(value) {
  if (Array.isArray(value)) return value.map(lowered);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name[0].toLowerCase() + name.slice(1), lowered(part)]));
}

export class KinesisClient extends AWSClient {
  constructor(config) {
    super(config, "kinesis", KinesisServiceError);
  }

  ask(operation, input, read = lowered) {
    return this.call("Kinesis_20131202", "1.1", operation, input, read);
  }

  createStream(streamName, { shardCount, streamModeDetails } = {}) {
    return this.ask("CreateStream", {
      StreamName: streamName,
      ShardCount: shardCount,
      StreamModeDetails: streamModeDetails && { StreamMode: streamModeDetails.streamMode },
    }, () => undefined);
  }

  deleteStream(streamName) {
    return this.ask("DeleteStream", { StreamName: streamName }, () => undefined);
  }

  listStreams(options = {}) {
    return this.ask("ListStreams", raised(options));
  }

  putRecords(streamName, records) {
    const list = records.map((record) => raised({ ...record, data: encoding.b64encode(record.data) }));
    return this.ask("PutRecords", { StreamName: streamName, Records: list });
  }

  getRecords(shardIterator, options = {}) {
    return this.ask("GetRecords", raised({ shardIterator, ...options }), (answer) => {
      const result = lowered(answer);
      for (const record of result.records ?? []) {
        record.data = encoding.b64decode(record.data, "std", "s");
        record.approximateArrivalTimestamp = new Date(record.approximateArrivalTimestamp * 1000);
      }
      return result;
    });
  }

  listShards(streamName, options = {}) {
    return this.ask("ListShards", raised({ ...(streamName ? { streamName } : {}), ...options }));
  }

  getShardIterator(streamName, shardId, shardIteratorType, { startingSequenceNumber, timestamp } = {}) {
    return this.ask("GetShardIterator", {
      StreamName: streamName,
      ShardId: shardId,
      ShardIteratorType: shardIteratorType,
      StartingSequenceNumber: startingSequenceNumber,
      Timestamp: timestamp && new Date(timestamp).getTime() / 1000,
    });
  }
}

// The opposite of `lowered`.
function raised(value) {
  if (Array.isArray(value)) return value.map(raised);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name[0].toUpperCase() + name.slice(1), raised(part)]));
}
