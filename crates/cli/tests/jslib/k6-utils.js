import { sleep } from 'k6';
import exec from 'k6/execution';
import * as old from 'https://jslib.k6.io/k6-utils/1.0.0/index.js';
import {
  check,
  findBetween,
  getCurrentStageIndex,
  normalDistributionStages,
  randomIntBetween,
  randomItem,
  randomString,
  tagWithCurrentStageIndex,
  tagWithCurrentStageProfile,
  uuidv4,
} from 'https://jslib.k6.io/k6-utils/1.6.0/index.js';
import { done, is, throws } from './cases.js';

export const options = {
  scenarios: {
    up: { executor: 'ramping-vus', startVUs: 1, stages: [{ duration: '0s', target: 1 }, { duration: '1s', target: 2 }], exec: 'staged' },
    once: { executor: 'shared-iterations', exec: 'default' },
  },
};

let staging = false;

export function staged() {
  if (!staging && exec.scenario.iterationInTest === 0) console.log('staged');
  is('the second stage', getCurrentStageIndex(), 1);
  tagWithCurrentStageIndex();
  tagWithCurrentStageProfile();
  is('tags', [exec.vu.tags.stage, exec.vu.tags.stage_profile], ['1', 'ramp-up']);
  staging = true;
  sleep(0.3);
}

export default async function () {
  const seen = new Set();
  for (let i = 0; i < 300; i += 1) seen.add(randomIntBetween(1, 3));
  is('both bounds are met', [...seen].sort(), [1, 2, 3]);
  is('one of one', randomItem(['a']), 'a');
  is('length and letters', [/^[a-z]{20}$/.test(randomString(20)), randomString(4, 'x')], [true, 'xxxx']);
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  is('uuids', [uuid.test(uuidv4()), uuidv4() === uuidv4()], [true, false]);
  is('the first between', findBetween('<b>one</b><b>two</b>', '<b>', '</b>'), 'one');
  is('all between', findBetween('<b>one</b><b>two</b><b>', '<b>', '</b>', true), ['one', 'two']);
  is('none between', [findBetween('text', '<', '>'), findBetween('text', '<', '>', true)], ['', []]);
  is('nothing to look for', findBetween('ab', '', '', true).length, 3);
  const stages = normalDistributionStages(10, 20, 5);
  is('stages', stages.map((stage) => stage.target), [1, 5, 10, 5, 1]);
  is('their time', stages.map((stage) => stage.duration), ['4s', '4s', '4s', '4s', '4s']);
  const ten = normalDistributionStages(50, 33);
  is('ten stages reach the top', [ten.length, Math.max(...ten.map((stage) => stage.target))], [10, 50]);
  is('their time adds up', ten.reduce((sum, stage) => sum + parseInt(stage.duration, 10), 0), 33);
  throws('no stages', () => getCurrentStageIndex(), 'has no stages');
  is('a plain check', check(5, { 'is five': (value) => value === 5, 'is true': true }), true);
  is('a plain check fails', check(5, { 'is six': (value) => value === 6 }), false);
  const waiting = check(Promise.resolve(5), { later: Promise.resolve(true), asked: async (value) => value === 5 });
  is('a check that waits', [typeof waiting.then, await waiting], ['function', true]);
  is('a check that waits and fails', await check(1, { fine: true, 'not fine': Promise.resolve(false) }), false);
  is('every version', Object.keys(old).length > 8, true);
  done();
}
