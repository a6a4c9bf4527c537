/** Takes the data lock of the folder given as argument, says how that went and keeps the lock until killed. */
import { takeDataLock } from '../../src/system/data-lock.ts';

try {
  await takeDataLock(process.argv[2]!);
  process.stdout.write('taken\n');
  setInterval(() => {}, 60_000);
} catch (error) {
  process.stdout.write(`${(error as Error).name} ${(error as Error).message}\n`);
}
