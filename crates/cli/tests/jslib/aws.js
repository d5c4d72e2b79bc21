import { AMZ_CONTENT_SHA256_HEADER, AWSConfig, Endpoint, SignatureV4 } from 'https://jslib.k6.io/aws/0.14.0/signature.js';
import * as all from 'https://jslib.k6.io/aws/0.11.0/aws.js';
import { S3Client } from 'https://jslib.k6.io/aws/0.14.0/s3.js';
import { S3Client as Blocking } from 'https://jslib.k6.io/aws/0.7.2/s3.js';
import { SecretsManagerClient } from 'https://jslib.k6.io/aws/0.14.0/secrets-manager.js';
import { SQSClient } from 'https://jslib.k6.io/aws/0.14.0/sqs.js';
import { done, is, throws } from './cases.js';

const config = new AWSConfig({ region: 'us-east-1', accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', endpoint: __ENV.AWS });

// The examples that Amazon's own documentation works out, down to the signature.
function signatures() {
  const credentials = (accessKeyId) => ({ accessKeyId, secretAccessKey: `wJalrXUtnFEMI/K7MDENG${accessKeyId === 'AKIDEXAMPLE' ? '+' : '/'}bPxRfiCYEXAMPLEKEY` });
  const iam = new SignatureV4({ service: 'iam', region: 'us-east-1', credentials: credentials('AKIDEXAMPLE'), uriEscapePath: true, applyChecksum: false });
  const listed = iam.sign(
    {
      method: 'GET', endpoint: new Endpoint('https://iam.amazonaws.com'), path: '/', query: { Action: 'ListUsers', Version: '2010-05-08' },
      headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
    },
    { signingDate: new Date('2015-08-30T12:36:00Z') },
  );
  is('a signed request', listed.headers.authorization.split('Signature=')[1], '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7');
  is('its address', listed.url, 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08');
  const s3 = new SignatureV4({ service: 's3', region: 'us-east-1', credentials: credentials('AKIAIOSFODNN7EXAMPLE'), uriEscapePath: false, applyChecksum: true });
  const request = { method: 'GET', endpoint: new Endpoint('https://examplebucket.s3.amazonaws.com'), path: '/test.txt' };
  const signingDate = new Date('2013-05-24T00:00:00Z');
  is('of an object', s3.sign({ ...request, headers: { Range: 'bytes=0-9' } }, { signingDate }).headers.authorization.split('Signature=')[1], 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41');
  const only = new Set([AMZ_CONTENT_SHA256_HEADER]);
  const { url } = s3.presign(
    { ...request, headers: { [AMZ_CONTENT_SHA256_HEADER]: 'UNSIGNED-PAYLOAD' } },
    { expiresIn: 86400, signingDate, unhoistableHeaders: only, unsignableHeaders: only },
  );
  is('a signed address', /X-Amz-Signature=(\w+)/.exec(url)[1], 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404');
  throws('no credentials', () => new SignatureV4({ service: 's3', region: 'x', credentials: {} }), 'credentials');
  throws('no region', () => new AWSConfig({}), 'region');
  is('the first form', new AWSConfig('eu-west-1', 'id', 'secret').accessKeyId, 'id');
}

export default async function () {
  signatures();
  const s3 = new S3Client(config);
  is('buckets', (await s3.listBuckets()).map((bucket) => [bucket.name, bucket.creationDate.getTime()]), [['one', 0], ['two & more', 1000]]);
  const objects = await s3.listObjects('one', 'a/');
  is('objects', objects.map(({ key, size, storageClass, etag }) => [key, size, storageClass, etag]), [['a/x.txt', 5, 'STANDARD', '"e1"']]);
  is('a blocking client', new Blocking(config).listBuckets().length, 2);
  const object = await s3.getObject('one', 'a/x.txt');
  is('an object', [object.key, object.data, object.size], ['a/x.txt', 'hello', 5]);
  is('put', (await s3.putObject('one', 'new', 'text')).eTag, '"e2"');
  await s3.deleteObject('one', 'new');
  const { uploadId } = await s3.createMultipartUpload('one', 'big');
  const part = await s3.uploadPart('one', 'big', uploadId, 1, 'part');
  is('parts', [uploadId, part], ['u1', { partNumber: 1, eTag: '"e2"' }]);
  await s3.completeMultipartUpload('one', 'big', uploadId, [part]);
  const refused = await s3.getObject('one', 'missing').catch((error) => error);
  is('an error', [refused.name, refused.code, refused.message, refused.operation], ['S3ServiceError', 'NoSuchKey', 'No such key', 'GetObject']);
  const secrets = new SecretsManagerClient(config);
  is('a secret', (await secrets.getSecret('s')).secret, 'GetSecretValue {"SecretId":"s"}');
  const sqs = new SQSClient(config);
  is('a message', (await sqs.sendMessage('q', 'body')).id, 'SendMessage {"QueueUrl":"q","MessageBody":"body"}');
  const names = ['AWSConfig', 'EventBridgeClient', 'KMSClient', 'KinesisClient', 'LambdaClient', 'S3Client', 'SQSClient', 'SecretsManagerClient', 'SignatureV4', 'SystemsManagerClient'];
  is('all in one', names.filter((name) => typeof all[name] !== 'function'), []);
  done();
}
