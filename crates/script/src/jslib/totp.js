// One-time passwords by the clock (RFC 6238 with SHA-1), as scripts import them from totp.
import { hmac } from "k6/crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function decoded(secret) {
  const letters = secret.toUpperCase().replace(/[\s=-]/g, "");
  const bytes = [];
  let held = 0;
  let bits = 0;
  for (const letter of letters) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) throw new Error(`invalid base32 character "${letter}" in the secret`);
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
    }
  }
  return new Uint8Array(bytes).buffer;
}

export class TOTP {
  constructor(secret, digits = 6) {
    this.key = decoded(secret);
    this.digits = digits;
  }

  // The password of the time step that `bias` seconds from now belongs to.
  async gen(timeStep = 30, bias = 0) {
    const step = Math.floor((Date.now() / 1000 + bias) / timeStep);
    const counter = new DataView(new ArrayBuffer(8));
    counter.setUint32(0, Math.floor(step / 2 ** 32));
    counter.setUint32(4, step % 2 ** 32);
    const digest = new DataView(hmac("sha1", this.key, counter.buffer, "binary"));
    const at = digest.getUint8(19) & 0xf;
    const number = digest.getUint32(at) & 0x7fffffff;
    return String(number % 10 ** this.digits).padStart(this.digits, "0");
  }

  async verify(code, timeStep = 30) {
    return (await this.gen(timeStep)) === String(code);
  }
}
