import { EgeriaError } from '../egeria/egeria-answer.js';

const document = 'org.odpi.openmetadata.adminservices.configuration.properties.OMAGServerConfig';

/** A complaint about a document that does not allow what is asked, as Egeria makes it. */
export function configurationError(messageId: string, message: string, cause?: unknown): EgeriaError {
  const properties = { parameterName: document };
  return new EgeriaError({ code: 400, messageId, message, exception: 'configurationError', properties }, cause);
}
