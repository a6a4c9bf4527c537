/** A process that only migrates, to be killed on the way. Arguments: `embedded` or `postgresql`, where, the files' folder. */
import { pathToFileURL } from 'node:url';
import { openEmbedded } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openPostgres } from '../../src/store/postgres.ts';

const [kind, place, files] = process.argv.slice(2) as [string, string, string];
const database = kind === 'embedded' ? await openEmbedded({ folder: place }) : await openPostgres({ url: place });
process.stdout.write('migrating\n');
await migrate(database, pathToFileURL(`${files}/`), Date.now());
process.stdout.write('migrated\n');
await database.close();
