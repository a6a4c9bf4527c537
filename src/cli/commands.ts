import { auditCommand } from './audit.ts';
import { backUpCommand } from './back-up.ts';
import { clientCommands } from './clients.ts';
import type { Command } from './command.ts';
import { completionCommand } from './completion.ts';
import { configCommand } from './config.ts';
import { dbEpochCommand } from './db-epoch.ts';
import { dbMoveCommand } from './db-move.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { endpointCommands } from './endpoints.ts';
import { passCommands } from './passes.ts';
import { peopleCommands } from './people.ts';
import { placeCommands } from './places.ts';
import { programmeCommands } from './programmes.ts';
import { reportCommands } from './reports.ts';
import { restoreCommand } from './restore.ts';
import { sandboxCommands } from './sandbox.ts';
import { serveCommand } from './serve.ts';

/** Every command. Help, completion and the tests of each are driven by this table. */
export const commands: readonly Command[] = [
  demoCommand,
  serveCommand,
  doctorCommand,
  configCommand,
  auditCommand,
  backUpCommand,
  restoreCommand,
  dbMoveCommand,
  dbEpochCommand,
  ...passCommands,
  ...sandboxCommands,
  ...reportCommands,
  ...programmeCommands,
  ...placeCommands,
  ...clientCommands,
  ...endpointCommands,
  ...peopleCommands,
  completionCommand,
];
