import { type Mounts, placeOn } from '@isthmus/connector-sdk/helpers';
import type { SystemPath } from './entry-path.js';
import type { FileSystem } from './file-system.js';

/**
 * local: tells its changes. remote: changes made elsewhere are not told, so it is polled. pseudo: made up by the
 * kernel (/proc, /sys); holds no files that anybody would catalogue, and reading some has effects.
 */
export type MountKind = 'local' | 'remote' | 'pseudo';

/** Magic numbers of statfs(2), linux/magic.h. */
const remoteTypes = new Set([
  0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x65735546, 0x01021997, 0x5346414f, 0x00c36400, 0x0bd00bd0, 0x47504653,
  0x73757245, 0x7461636f, 0x01161970, 0x786f4256, 0x7c7c6673, 0xbacbacbc, 0x6b414653, 0x187,
]);
const pseudoTypes = new Set([
  0x9fa0, 0x62656572, 0x1cd1, 0x27e0eb, 0x63677270, 0x64626720, 0x74726163, 0x73636673, 0xf97cff8c, 0xcafe4a11,
  0x6165676c, 0x62656570, 0xde5e81e4, 0x42494e4d, 0x19800202, 0x65735543, 0x67596969, 0x6e736673, 0x958458f6,
]);

/** Asks once per device, and once per mount. */
export class MountKinds {
  readonly #known = new Map<bigint, Promise<MountKind>>();
  #mounts: Mounts = new Map();

  constructor(private readonly fileSystem: FileSystem) {}

  of(path: SystemPath, device: bigint): Promise<MountKind> {
    const known = this.#known.get(device);
    if (known !== undefined) return known;
    // What cannot be asked is treated with care: polled.
    const asked = this.fileSystem.fileSystemType(path).then(kindOf, () => 'remote' as const);
    if (this.#known.size >= 10_000) this.#known.clear();
    this.#known.set(device, asked);
    return asked;
  }

  /**
   * The medium, told apart from others also after a restart.
   *
   * @param mount - number; undefined = the system does not tell
   */
  async placeOf(device: bigint, mount: number | undefined): Promise<string> {
    if (mount !== undefined && !this.#mounts.has(mount)) this.#mounts = await this.fileSystem.mounts();
    return placeOn(device, mount, this.#mounts);
  }
}

function kindOf(type: number): MountKind {
  if (pseudoTypes.has(type)) return 'pseudo';
  return remoteTypes.has(type) ? 'remote' : 'local';
}
