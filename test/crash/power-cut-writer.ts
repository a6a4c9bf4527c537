/**
 * The process that loses its power: writes rows from eight lanes and prints every id once its commit
 * was acknowledged. Arguments: data folder, `repaired` or `plain` PGlite, first id, and the
 * milliseconds after which it closes the database (a checkpoint under way is a fine moment for a cut).
 */
import { writeSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { openEmbedded } from '../../src/store/embedded.ts';

const [folder, kind, first, closeAfter] = process.argv.slice(2) as [string, string, string, string];
const lanes = 8;
const table = 'create table if not exists kept (id bigint primary key, payload text not null)';
const insert = 'insert into kept (id, payload) values ($1, $2)';
const payload = 'x'.repeat(200);

interface Writer {
  write(id: number): Promise<unknown>;
  close(): Promise<void>;
}

async function repaired(): Promise<Writer> {
  const database = await openEmbedded({ folder });
  await database.script(table);
  return {
    write: (id) => database.transaction((tx) => tx.run({ name: 'insert', text: insert }, [id, payload])),
    close: () => database.close(),
  };
}

async function plain(): Promise<Writer> {
  const pglite = await PGlite.create(folder);
  await pglite.exec(table);
  return { write: (id) => pglite.query(insert, [id, payload]), close: () => pglite.close() };
}

const writer = await (kind === 'repaired' ? repaired() : plain());
writeSync(1, 'ready\n');

let next = Number(first);
const closeAt = performance.now() + Number(closeAfter);

async function fillLane(): Promise<void> {
  while (performance.now() < closeAt) {
    const id = next;
    next += 1;
    await writer.write(id);
    writeSync(1, `${id}\n`);
  }
}

await Promise.all(Array.from({ length: lanes }, fillLane));
await writer.close();
