import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bulkJobCursor, bulkJobPlaceOf, bulkRowCursor, bulkRowOfCursor } from '../../src/contract/bulk-cursors.ts';
import { openCursor, sealCursor } from '../../src/contract/cursors.ts';
import { deviceCursor, devicePlaceOf } from '../../src/contract/device-cursors.ts';
import { keyCursor, keyOfCursor } from '../../src/contract/key-cursors.ts';
import { nextCursor, pageOf } from '../../src/contract/pages.ts';
import { deliveryCursor, deliveryPlaceOf, eventCursor, eventPositionOf } from '../../src/contract/push-cursors.ts';
import { Refusal } from '../../src/domain/refusal.ts';

const at = 1_893_456_000_000;
const clients = { list: 'clients', state: null, programId: 'DEMO' };
const device = { createdAt: at, deviceId: `dev_${'0a'.repeat(16)}` };
const usages = { programId: 'DEMO', clientUserId: 'ada' };
const usage = { at, orderId: 'DP00000000000042' };
const line = { passId: '9001000000000018', number: 3 };
const delivery = { at, ...line };
const event = { settled: '871', ...line };
const endpoint = { endpointId: 'ep_1' };
const job = { at, jobId: 'bulk_0123456789abcdef' };
const rows = { jobId: job.jobId, verdict: null };

const isText = (key: unknown): key is string => typeof key === 'string';
const refused = (problem: unknown) => problem instanceof Refusal && problem.refusal === 'CURSOR_INVALID';

/** A cursor of each kind that clients may hold from an earlier version: its bytes, what it is of, and how it is read. */
const given = [
  {
    bytes: 'WyJwYXJ0bmVyLTciLCI1WFR6dWp1aFVsTUpOMjcwIl0',
    made: keyCursor('partner-7', clients),
    place: 'partner-7',
    read: (cursor: string) => keyOfCursor(cursor, clients, isText),
  },
  {
    bytes: 'WzE4OTM0NTYwMDAwMDAsImRldl8wYTBhMGEwYTBhMGEwYTBhMGEwYTBhMGEwYTBhMGEwYSIsIjkzQkJnamRqMTF1VjVpRWoiXQ',
    made: deviceCursor(device, 'DEMO'),
    place: device,
    read: (cursor: string) => devicePlaceOf(cursor, 'DEMO'),
  },
  {
    bytes: 'WzE4OTM0NTYwMDAwMDAsIkRQMDAwMDAwMDAwMDAwNDIiLCJFU0doYll4dU9iXzRCUm01Il0',
    made: nextCursor([usage], 1, usages),
    place: usage,
    read: (cursor: string) => pageOf({ cursor }, usages).after,
  },
  {
    bytes: 'WzE4OTM0NTYwMDAwMDAsIjkwMDEwMDAwMDAwMDAwMTgiLDMsInVfM1dUTjFFOUJlNVY0eUoiXQ',
    made: deliveryCursor(delivery, endpoint),
    place: delivery,
    read: (cursor: string) => deliveryPlaceOf(cursor, endpoint),
  },
  {
    bytes: 'WyI4NzEiLCI5MDAxMDAwMDAwMDAwMDE4IiwzLCJ3Zk1lT3BtenNwUWhqenNRIl0',
    made: eventCursor(event, 'DEMO'),
    place: event,
    read: (cursor: string) => eventPositionOf(cursor, 'DEMO'),
  },
  {
    bytes: 'WzE4OTM0NTYwMDAwMDAsImJ1bGtfMDEyMzQ1Njc4OWFiY2RlZiIsIjZLSjNUeEFOdk0ySXVCQkIiXQ',
    made: bulkJobCursor(job, 'DEMO'),
    place: job,
    read: (cursor: string) => bulkJobPlaceOf(cursor, 'DEMO'),
  },
  {
    bytes: 'WzUwMCwiS1lyQ1ZELVlRejM1cWx6cyJd',
    made: bulkRowCursor(500, rows),
    place: 500,
    read: (cursor: string) => bulkRowOfCursor(cursor, rows),
  },
];

test('a cursor that was given out stays good: its bytes are the same, and lead to its place', () => {
  for (const { bytes, made, place, read } of given) {
    assert.equal(made, bytes);
    assert.deepEqual(read(bytes), place);
  }
});

test('a cursor of another list, a changed one and what is none are refused alike', () => {
  for (const { bytes, read } of given) {
    const parts = JSON.parse(Buffer.from(bytes, 'base64url').toString('utf8')) as unknown[];
    const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const elsewhere = sealCursor(parts.slice(0, -1) as string[], { list: 'another' });
    const others = [
      elsewhere,
      forged([...parts, 1]),
      forged([{}, ...parts.slice(1)]),
      forged({}),
      forged(null),
      '!',
      'bm8',
    ];
    for (const other of others) assert.throws(() => read(other), refused, other);
  }
  assert.throws(() => openCursor(sealCursor(['a'], 'one list'), 'another list', 1), refused);
});
