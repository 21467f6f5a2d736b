import { resolve } from 'node:path';
import { IsthmusError } from '@isthmus/kernel';
import { type Command, Option } from 'commander';
import {
  collected,
  type Direction,
  direction,
  mergeSettings,
  minutes,
  type Settings,
  setting,
  textSetting,
  utcTime,
} from '../support/values.js';

/** Options that `add` and `update` share. */
export interface RegistrationOptions {
  readonly description?: string;
  readonly root?: string;
  readonly address?: string;
  readonly set?: Settings;
  readonly setText?: Settings;
  readonly unset?: readonly string[];
  readonly every?: number;
  /** False: `--no-cron`. */
  readonly cron?: string | false;
  readonly timeZone?: string;
  readonly start?: string;
  readonly stop?: string;
  readonly direction?: Direction;
  readonly approval?: 'required' | 'none';
  readonly activityReports?: boolean;
}

export function withRegistrationOptions(command: Command): Command {
  return command
    .option('--root <folder>', 'folder to catalogue; relative ones begin here')
    .option('--address <url>', 'address of the source, as it is; instead of --root')
    .option('--description <text>', 'what it is for')
    .option('--set <key=value>', 'configuration; true, 12 or ["a"] are taken as JSON, else text (repeatable)', setting)
    .option(
      '--set-text <key=value>',
      'configuration, always text; ${env:NAME} refers to a secret (repeatable)',
      textSetting,
    )
    .option('--every <time>', 'time between refreshes: minutes, or 2h, 1d; 0: once', minutes)
    .option('--cron <expression>', 'cron schedule instead, e.g. "0 6 * * *"')
    .option('--time-zone <zone>', 'IANA time zone of the cron schedule (default: UTC)')
    .option('--start <time>', 'not before this day (UTC) or time with zone', utcTime)
    .option('--stop <time>', 'not after this day (UTC) or time with zone', utcTime)
    .option('--direction <direction>', 'both, to-third-party, from-third-party or other', direction)
    .addOption(
      new Option('--approval <when>', 'required: its runs stop at a plan until a person approves it').choices([
        'required',
        'none',
      ]),
    )
    .option('--activity-reports', 'after each run that changed something an element of the catalogue tells what');
}

export function withUnset(command: Command): Command {
  return command
    .option('--unset <key>', 'configuration key to remove (repeatable)', collected)
    .option('--no-cron', 'remove the cron schedule: the interval counts again')
    .option('--no-activity-reports', 'no more of them');
}

/** What both requests have in common. @throws USAGE when options contradict each other */
export function registrationFields(options: RegistrationOptions, directory: string) {
  if (options.root !== undefined && options.address !== undefined)
    throw new IsthmusError('USAGE', '--root and --address say the same thing', { next: 'give one of them' });
  const { every, cron, start, stop } = options;
  if (start !== undefined && stop !== undefined && stop <= start)
    throw new IsthmusError('USAGE', '--stop is not after --start', { next: 'give a later --stop' });
  return {
    description: options.description,
    networkAddress: options.root === undefined ? options.address : resolve(directory, options.root),
    refreshTimeInterval: every,
    schedule: cron === false ? '' : cron,
    timeZone: options.timeZone,
    startDate: start,
    stopDate: stop,
    permittedSynchronization: options.direction,
    approval: options.approval,
    generateConnectorActivityReports: options.activityReports,
    configuration: mergeSettings(options.set, options.setText, options.unset),
  };
}
