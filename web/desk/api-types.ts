/** The parts of the public API's answers that the desk reads (docs: /docs). */

export interface Programme {
  readonly programId: string;
  readonly programName: string;
  readonly issuerPrefix: string;
  readonly sandbox: boolean;
  readonly childrenCount: boolean;
  readonly open: boolean;
  /** Its clock when it was asked for. */
  readonly now: string;
  /** How many milliseconds its clock is ahead of the device's; put in by the page. */
  readonly ahead?: number;
  readonly resources: readonly { readonly resourceId: string; readonly resourceName: string }[];
}

export interface Current {
  readonly device: { readonly deviceId: string; readonly name: string };
  readonly place: {
    readonly resourceId: string;
    readonly resourceName: string;
    readonly module: number;
    readonly city: string;
    readonly transportHubName: string;
    readonly location: string;
    readonly timezone: string;
  };
  readonly programmes: readonly Programme[];
}

export type Facts = Readonly<Record<string, unknown>>;

/** The answer to POST /v2/redemptions/check. */
export interface Check {
  readonly dpId: string;
  readonly allowed: boolean;
  readonly error: string | null;
  readonly availableUsages: number;
  readonly requiredUsages: number;
  readonly holder: { readonly firstName: string; readonly lastName: string };
  readonly rules: readonly {
    readonly rule: string;
    readonly holds: boolean;
    readonly error: string | null;
    readonly facts: Facts;
  }[];
  readonly firstUse: { readonly usageDate: string; readonly resourceId: string } | null;
  readonly instead: { readonly resources: readonly { readonly resourceId: string; readonly resourceName: string }[] };
}

/** A use, as POST /v2/redemptions and the usage list give it. */
export interface Usage {
  readonly orderId: string;
  readonly programId: string;
  readonly dpId: string;
  /** 2 used, 3 given back. */
  readonly status: number;
  readonly usageDate: string;
  readonly orderCancelledDate: string | null;
  readonly resourceId: string;
  readonly passengers: { readonly cardholder: number; readonly guests: number };
  readonly usedUsages: number;
  readonly availableUsages: number;
}

/** A refusal of the API. */
export interface Failure {
  readonly error: string;
  readonly facts: Facts;
  readonly retryAfter: number | null;
}

export interface Party {
  readonly adults: number;
  readonly children: number;
}
