import { present } from '../views/fields.js';
import { isFields, textOf } from './daemon-call.js';

type Provider = {
  readonly provider: string;
  readonly packageName: string;
  readonly version: string;
  readonly kind: string;
  readonly replaces: readonly string[];
  readonly configurationSchema?: unknown;
};

const defaultIntervalMinutes = 60;

/** ConnectorReport: what runs for the class or provider of this name, and what can be configured of it. */
export function toConnectorReport(provider: Provider, name: string): object {
  const { packageName, version, kind, configurationSchema } = provider;
  const properties = configurationProperties(configurationSchema);
  const description = `connector provider ${provider.provider} of ${packageName}, OMIS kind ${kind}`;
  return {
    componentDescription: {
      componentDevelopmentStatus: 'STABLE',
      componentName: provider.provider,
      componentDescription: description,
    },
    connectorType: present({
      class: 'ConnectorType',
      headerVersion: 0,
      qualifiedName: `ConnectorType::${provider.provider}`,
      displayName: provider.provider,
      description,
      versionIdentifier: version,
      supportedAssetTypeName: 'IntegrationConnector',
      supportedDeployedImplementationType: 'Integration Connector',
      connectorProviderClassName: name,
      connectorFrameworkName: 'Open Connector Framework (OCF)',
      connectorInterfaceLanguage: 'TypeScript',
      recognizedConfigurationProperties:
        properties.length === 0 ? undefined : properties.map((property) => property.name),
    }),
    refreshTimeInterval: defaultIntervalMinutes,
    usesBlockingCalls: false,
    ...(properties.length === 0 ? {} : { supportedConfigurationProperties: properties }),
  };
}

function configurationProperties(schema: unknown) {
  if (!isFields(schema) || !isFields(schema.properties)) return [];
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(schema.properties).map(([name, property]) => {
    const fields = isFields(property) ? property : {};
    return present({
      class: 'ConfigurationPropertyType',
      name,
      description: textOf(fields.description),
      dataType: textOf(fields.type) ?? 'string',
      example: fields.default === undefined ? undefined : JSON.stringify(fields.default),
      required: required.includes(name) && fields.default === undefined,
    });
  });
}
