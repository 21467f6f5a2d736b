import 'reflect-metadata';
import { ContainerModule } from 'inversify';
import { FleetTokens } from './fleet-tokens.js';
import { SupervisingConnectorFleet } from './supervising-connector-fleet.js';

/** Needs from outside: the other tokens of FleetTokens, Clock and Logger of kernel. */
export const fleetModule = new ContainerModule(({ bind }) => {
  bind(SupervisingConnectorFleet).toSelf().inSingletonScope();
  bind(FleetTokens.ConnectorFleet).toService(SupervisingConnectorFleet);
});
