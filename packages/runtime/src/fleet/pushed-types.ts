import type { ConnectorInstance } from '@isthmus/connector-host';
import type { Registration } from '@isthmus/model';

/**
 * What others change of these types goes to the source, where the registration lets the connector write there. All that
 * reads what was changed is to know them, or the source never hears of it.
 *
 * @param target - of several nobody knows which one an element of the metadata server belongs to
 */
export function pushesOf(
  { pushes }: Pick<ConnectorInstance, 'pushes'>,
  { permittedSynchronization }: Pick<Registration, 'permittedSynchronization'>,
  target: string | undefined,
): { readonly pushes?: readonly string[] } {
  const isPushed = pushes !== undefined && target === undefined && permittedSynchronization !== 'FROM_THIRD_PARTY';
  return isPushed ? { pushes } : {};
}
