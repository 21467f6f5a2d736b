/** Releases of Egeria whose paths and manners a platform can speak. */
export const egeriaReleases = ['4.3', '6.1'] as const;
export type EgeriaRelease = (typeof egeriaReleases)[number];

/** `both`: each route in the manners of the release that it belongs to; else the paths of the other release are unknown. */
export type EgeriaSetting = EgeriaRelease | 'both';

/** Who is told as the Java class of a fault, by what went wrong. */
export type EgeriaException =
  | 'invalidParameter'
  | 'notAuthorized'
  | 'propertyServer'
  | 'adminInvalidParameter'
  | 'adminNotAuthorized'
  | 'configurationError';

/** Where the releases differ in what they answer. A plain value: handlers read it of `request.manners`. */
export interface EgeriaManners {
  readonly release: EgeriaRelease;
  /** Java classes that Egeria's clients of this release branch on. */
  readonly exceptions: Readonly<Record<EgeriaException, string>>;
  /** Whether answers carry `requestId` and failures `exceptionSubclassName`. */
  readonly tellsRequestId: boolean;
  /** `versionId` of configuration documents that this release writes. */
  readonly versionId: 'V2.0' | 'V6.0';
  /** Text of `server-platform/origin`. */
  readonly origin: string;
}

const adminPackage = 'org.odpi.openmetadata.adminservices.ffdc.exception';
const configurationError = `${adminPackage}.OMAGConfigurationErrorException`;

const manners: Readonly<Record<EgeriaRelease, EgeriaManners>> = {
  '4.3': {
    release: '4.3',
    exceptions: {
      ...frameworkExceptions('org.odpi.openmetadata.frameworks.connectors.ffdc'),
      adminInvalidParameter: `${adminPackage}.OMAGInvalidParameterException`,
      adminNotAuthorized: `${adminPackage}.OMAGNotAuthorizedException`,
      configurationError,
    },
    tellsRequestId: false,
    versionId: 'V2.0',
    origin: 'Egeria OMAG Server Platform (version 4.3-SNAPSHOT)\n',
  },
  '6.1': {
    release: '6.1',
    exceptions: {
      ...frameworkExceptions('org.odpi.openmetadata.frameworks.openmetadata.ffdc'),
      adminInvalidParameter: 'org.odpi.openmetadata.frameworks.openmetadata.ffdc.InvalidParameterException',
      adminNotAuthorized: 'org.odpi.openmetadata.frameworks.openmetadata.ffdc.UserNotAuthorizedException',
      configurationError,
    },
    tellsRequestId: true,
    versionId: 'V6.0',
    origin: 'Egeria OMAG Server Platform (version 6.1)',
  },
};

export function egeriaManners(release: EgeriaRelease): EgeriaManners {
  return manners[release];
}

function frameworkExceptions(framework: string) {
  return {
    invalidParameter: `${framework}.InvalidParameterException`,
    notAuthorized: `${framework}.UserNotAuthorizedException`,
    propertyServer: `${framework}.PropertyServerException`,
  } as const;
}
