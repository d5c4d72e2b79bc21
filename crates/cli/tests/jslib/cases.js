// What the scripts of this folder share: a table of cases, each what there is and what there should be.
let held = 0;

const text = (value) => {
  if (value === undefined) return 'undefined';
  if (typeof value === 'number' && Number.isNaN(value)) return 'NaN';
  return JSON.stringify(value);
};

// Says what is wrong; a case that holds is only counted.
export function is(name, actual, expected) {
  if (text(actual) === text(expected)) held += 1;
  else console.log(`${name}: ${text(actual)} instead of ${text(expected)}`);
}

export function throws(name, act, part) {
  try {
    act();
  } catch (error) {
    is(name, String(error.message).includes(part) || error.message, true);
    return;
  }
  console.log(`${name}: it did not throw`);
}

// The end of a table: how many cases held.
export const done = () => console.log(`${held} held`);
