import type { Buffer } from 'node:buffer';
import { type FileKind, parquetKind } from './file-kinds.js';

export interface Signature {
  /** Compared with `FileKind.container`. */
  readonly id: string;
  readonly kind: FileKind;
}

/** What the first bytes say for certain. Text has no signature: prose may begin with `ORC` or `PAR1`. */
export function signatureOf(head: Buffer): Signature | undefined {
  const isBinary = head.some((byte) => byte < 0x09 || (byte > 0x0d && byte < 0x1b));
  return signatures.find(
    ({ bytes, offset, alsoInText }) =>
      (isBinary || alsoInText) && head.subarray(offset, offset + bytes.length).equals(bytes),
  )?.signature;
}

interface SignatureBytes {
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** Long or odd enough that no text begins with it. */
  readonly alsoInText: boolean;
  readonly signature: Signature;
}

const signatures: readonly SignatureBytes[] = [
  bytes('png', '89504e470d0a1a0a', { typeName: 'RasterFile', fileType: 'PNG image', mediaType: 'image/png' }),
  bytes('jpeg', 'ffd8ff', { typeName: 'RasterFile', fileType: 'JPEG image', mediaType: 'image/jpeg' }),
  text('gif', 'GIF87a', { typeName: 'RasterFile', fileType: 'GIF image', mediaType: 'image/gif' }),
  text('gif', 'GIF89a', { typeName: 'RasterFile', fileType: 'GIF image', mediaType: 'image/gif' }),
  bytes('tiff', '49492a00', { typeName: 'RasterFile', fileType: 'TIFF image', mediaType: 'image/tiff' }),
  bytes('tiff', '4d4d002a', { typeName: 'RasterFile', fileType: 'TIFF image', mediaType: 'image/tiff' }),
  text('webp', 'WEBP', { typeName: 'RasterFile', fileType: 'WebP image', mediaType: 'image/webp' }, 8),
  text('wav', 'WAVE', { typeName: 'AudioFile', fileType: 'WAV audio', mediaType: 'audio/wav' }, 8),
  text('avi', 'AVI ', { typeName: 'VideoFile', fileType: 'AVI video', mediaType: 'video/x-msvideo' }, 8),
  text('mp4', 'ftyp', { typeName: 'VideoFile', fileType: 'MPEG-4 media', mediaType: 'video/mp4' }, 4),
  bytes('matroska', '1a45dfa3', { typeName: 'VideoFile', fileType: 'Matroska video', mediaType: 'video/x-matroska' }),
  text('ogg', 'OggS', { typeName: 'AudioFile', fileType: 'Ogg audio', mediaType: 'audio/ogg' }),
  text('flac', 'fLaC', { typeName: 'AudioFile', fileType: 'FLAC audio', mediaType: 'audio/flac' }),
  text('mp3', 'ID3', { typeName: 'AudioFile', fileType: 'MP3 audio', mediaType: 'audio/mpeg' }),
  text('pdf', '%PDF-', { typeName: 'DataFile', fileType: 'PDF document', mediaType: 'application/pdf' }),
  bytes('zip', '504b0304', { typeName: 'ArchiveFile', fileType: 'ZIP archive', mediaType: 'application/zip' }),
  bytes('zip', '504b0506', { typeName: 'ArchiveFile', fileType: 'ZIP archive', mediaType: 'application/zip' }),
  bytes('gzip', '1f8b', { typeName: 'ArchiveFile', fileType: 'Gzip archive', mediaType: 'application/gzip' }),
  bytes(
    'bzip2',
    '314159265359',
    { typeName: 'ArchiveFile', fileType: 'Bzip2 archive', mediaType: 'application/x-bzip2' },
    4,
  ),
  bytes('xz', 'fd377a585a00', { typeName: 'ArchiveFile', fileType: 'XZ archive', mediaType: 'application/x-xz' }),
  bytes('zstd', '28b52ffd', { typeName: 'ArchiveFile', fileType: 'Zstandard archive', mediaType: 'application/zstd' }),
  bytes('7z', '377abcaf271c', {
    typeName: 'ArchiveFile',
    fileType: '7-Zip archive',
    mediaType: 'application/x-7z-compressed',
  }),
  text('rar', 'Rar!\x1a\x07', { typeName: 'ArchiveFile', fileType: 'RAR archive', mediaType: 'application/vnd.rar' }),
  text('tar', 'ustar', { typeName: 'ArchiveFile', fileType: 'Tar archive', mediaType: 'application/x-tar' }, 257),
  text('ar', '!<arch>\n', { typeName: 'ArchiveFile', fileType: 'Archive', mediaType: 'application/x-archive' }),
  text('parquet', 'PAR1', parquetKind),
  text('avro', 'Obj\x01', { typeName: 'AvroFile', fileType: 'Avro', mediaType: 'application/vnd.apache.avro' }),
  text('orc', 'ORC', { typeName: 'DataFile', fileType: 'ORC', mediaType: 'application/vnd.apache.orc' }),
  text('sqlite', 'SQLite format 3\0', {
    typeName: 'DataFile',
    fileType: 'SQLite database',
    mediaType: 'application/vnd.sqlite3',
  }),
  bytes('elf', '7f454c46', {
    typeName: 'ExecutableFile',
    fileType: 'ELF executable',
    mediaType: 'application/x-executable',
  }),
  bytes('java-class', 'cafebabe', {
    typeName: 'ExecutableFile',
    fileType: 'Java class',
    mediaType: 'application/java-vm',
  }),
  bytes('jks', 'feedfeed', {
    typeName: 'KeyStoreFile',
    fileType: 'Java key store',
    mediaType: 'application/x-java-keystore',
  }),
  bytes('ole', 'd0cf11e0a1b11ae1', {
    typeName: 'DataFile',
    fileType: 'Office document',
    mediaType: 'application/x-ole-storage',
  }),
];

function bytes(id: string, hex: string, kind: FileKind, offset = 0): SignatureBytes {
  const pattern = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return { offset, bytes: pattern, alsoInText: true, signature: { id, kind } };
}

function text(id: string, characters: string, kind: FileKind, offset = 0): SignatureBytes {
  const pattern = Uint8Array.from(characters, (one) => one.charCodeAt(0));
  return { offset, bytes: pattern, alsoInText: offset === 0 && characters.length > 4, signature: { id, kind } };
}
