// Checks of bodies against JSON schemas, a plugin for k6chaijs, as scripts import it from k6chaijs-contracts.
import Ajv from "../../ajv/6.12.5/index.js";

// Adds `matchSchema` to the words of `chai`. The subject is a response or a value.
export function initContractPlugin(chai) {
  chai.Assertion.addMethod("matchSchema", function matchSchema(schema, description) {
    const ajv = new Ajv({ allErrors: true });
    let { value } = this;
    if (value !== null && typeof value === "object" && typeof value.json === "function") {
      try {
        value = value.json();
      } catch {
        value = undefined;
      }
    }
    const valid = ajv.validate(schema, value);
    const name = description || schema.title || "schema";
    if (!valid && chai.config.logFailures) console.warn(`${name}: ${ajv.errorsText()}`);
    this.assert(valid, `expected {this} to match ${name}`, `expected {this} to not match ${name}`);
  });
}

export default initContractPlugin;
