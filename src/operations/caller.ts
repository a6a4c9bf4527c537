import type { KeyObject } from 'node:crypto';
import type { Scope } from '../domain/access.ts';
import type { Account, SessionTimes } from '../domain/account.ts';
import type { Programme } from '../domain/catalogue.ts';

/** Whoever calls an operation, however it proved itself: its `kind` tells. */
export type Caller = Client | Person | Device;

/** What is known of every caller. */
interface AnyCaller {
  /** Of a person `account:` and the e-mail address, of a device `device:` and its id. */
  readonly clientId: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly ratePerMinute: number;
  /** Its programmes, by id. */
  readonly programs: ReadonlyMap<string, Programme>;
  /** The resources a venue client or a device stands at. */
  readonly resources: ReadonlySet<string>;
}

/** A partner's system or a venue's, with the keys that tell it from others. */
export interface Client extends AnyCaller {
  readonly kind: 'client';
  readonly issuer: string;
  /** The HS256 secret as text, for POST /v2/auth/token, and as a key. */
  readonly secret: string;
  readonly secretKey: KeyObject;
  /** The secret before, while it still works; whoever uses it looks at the time. */
  readonly oldSecret: OldSecret | null;
  /** RS256 public keys by `kid`; at most two. */
  readonly publicKeys: ReadonlyMap<string, KeyObject>;
}

interface OldSecret {
  readonly secret: string;
  readonly secretKey: KeyObject;
  readonly until: number;
}

/** A person who is signed in: an account with one of its sessions. */
export interface Person extends AnyCaller {
  readonly kind: 'account';
  readonly account: Account;
  readonly session: SessionTimes & { readonly hash: string; readonly csrfToken: string };
}

/** A paired device of a front desk. */
export interface Device extends AnyCaller {
  readonly kind: 'device';
}
