import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { toConnectorReport } from '@isthmus/admin-api';
import { type ConnectorHost, connectorHostModule, HostTokens } from '@isthmus/connector-host';
import { type Clock, IsthmusError, KernelTokens, type Logger } from '@isthmus/kernel';
import { isPlainObject } from '@isthmus/model';
import { Container } from 'inversify';

/**
 * Tells what runs for the class or provider of a name, whether or not a daemon runs.
 *
 * @returns undefined for what no provider stands for
 */
export function connectorTypes(providerDirectories: readonly string[], clock: Clock, logger: Logger) {
  let host: ConnectorHost | undefined;
  return async (name: string): Promise<object | undefined> => {
    host ??= newHost(providerDirectories, clock, logger);
    await host.rescan();
    try {
      const report = toConnectorReport(await host.provider(name), name);
      return 'connectorType' in report && isPlainObject(report.connectorType) ? report.connectorType : undefined;
    } catch (error) {
      if (IsthmusError.is(error) && error.code.startsWith('PROVIDER_')) return undefined;
      throw error;
    }
  };
}

function newHost(providerDirectories: readonly string[], clock: Clock, logger: Logger): ConnectorHost {
  const container = new Container();
  container.bind(KernelTokens.Clock).toConstantValue(clock);
  container.bind(KernelTokens.Logger).toConstantValue(logger);
  container.load(connectorHostModule);
  container.bind(HostTokens.Options).toConstantValue({ providerDirectories, newId: randomUUID });
  return container.get(HostTokens.ConnectorHost);
}
