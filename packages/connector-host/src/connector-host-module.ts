import 'reflect-metadata';
import { ContainerModule } from 'inversify';
import { HostTokens } from './host-tokens.js';
import { InlineConnectorHost } from './inline-connector-host.js';

/** Needs from outside: Clock and Logger of kernel, HostTokens.Options. */
export const connectorHostModule = new ContainerModule(({ bind }) => {
  bind(HostTokens.ConnectorHost).to(InlineConnectorHost).inSingletonScope();
});
