import { screen as accounts } from '../accounts/screen.ts';
import { screen as auditLog } from '../audit-log/screen.ts';
import { screen as bulk } from '../bulk/screen.ts';
import { screen as devices } from '../devices/screen.ts';
import { screen as partners } from '../partners/screen.ts';
import { screen as passes } from '../passes/screen.ts';
import { screen as places } from '../places/screen.ts';
import { screen as push } from '../push/screen.ts';
import { screen as reports } from '../reports/screen.ts';
import { screen as today } from '../today/screen.ts';
import type { Screen } from './describe-screen.ts';

/** Every screen, in the order of the menu; the first is where signing in leads. */
export const screens: readonly Screen[] = [
  today,
  passes,
  bulk,
  reports,
  partners,
  places,
  push,
  devices,
  accounts,
  auditLog,
];
