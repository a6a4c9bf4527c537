/** The files of deploy/, read as what reads them would. */
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

export const deployFile = (name: string) => readFileSync(`deploy/${name}`, 'utf8');

/** One instruction of the Dockerfile, with the stage it stands in. */
export interface Instruction {
  readonly stage: number;
  readonly word: string;
  readonly rest: string;
}

/** The instructions of deploy/Dockerfile; stages count from 1, what stands before the first is 0. */
export function dockerfile(): Instruction[] {
  const text = deployFile('Dockerfile')
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ');
  let stage = 0;
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, word, rest] = /^([A-Z]+)\s+(.*)$/.exec(line)!;
      if (word === 'FROM') stage += 1;
      return { stage, word: word!, rest: rest!.replace(/\s+/g, ' ') };
    });
}

/** What becomes the image: the instructions after the last FROM. */
export function lastStage(): Instruction[] {
  const all = dockerfile();
  const last = Math.max(...all.map(({ stage }) => stage));
  return all.filter(({ stage }) => stage === last);
}

/** A command in exec form. */
export const commandOf = (rest: string): string[] => JSON.parse(/\[.*\]$/.exec(rest)![0]) as string[];

/** The program that the image's health check runs. */
export const healthCheck = (): string[] => commandOf(lastStage().find(({ word }) => word === 'HEALTHCHECK')!.rest);

/** Where the image's files come from and go to, as folders of the repository; packages apart. */
export function copied(): { readonly from: string; readonly to: string }[] {
  return lastStage()
    .filter(({ word }) => word === 'COPY')
    .flatMap(({ rest }) => {
      const paths = rest.split(' ').filter((part) => !part.startsWith('--'));
      const to = paths.pop()!;
      const target = (path: string) => (to === './' ? path : to.replace(/^\.\//, ''));
      return paths.map((path) => path.replace(/^\/app\//, '')).map((path) => ({ from: path, to: target(path) }));
    });
}

export interface Service {
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
  readonly ports?: readonly string[];
  readonly read_only: boolean;
  readonly tmpfs: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt: readonly string[];
  readonly restart: string;
  readonly stop_grace_period?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly volumes: Readonly<Record<string, null>>;
}

export const compose = () => parse(deployFile('compose.yaml'), { merge: true }) as Compose;

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export function alerts(): Alert[] {
  const { groups } = parse(deployFile('alerts.yml')) as { groups: { rules: Alert[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

interface Panel {
  readonly title: string;
  readonly description?: string;
  readonly targets?: readonly { readonly expr: string }[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

export interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly query: string | { readonly query: string } }[] };
}

export const dashboard = () => JSON.parse(deployFile('grafana-dashboard.json')) as Dashboard;

/** The keys and values of a systemd unit, in their order. */
export function unit(): [key: string, value: string][] {
  return deployFile('passdesk@.service')
    .split('\n')
    .filter((line) => /^\w+=/.test(line))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
}

/** A file that the repository or its build holds. */
export const isThere = (path: string) => existsSync(path);
