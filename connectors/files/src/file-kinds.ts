import type { DataFileType } from '@isthmus/connector-sdk';

/** What a file is, for the catalogue. */
export interface FileKind {
  readonly typeName: DataFileType;
  /** For people. */
  readonly fileType: string;
  readonly mediaType?: string;
  /** Fields are parted by this character, whatever the content looks like. */
  readonly delimiter?: string;
  /** Signature that a content of this kind bears: `x.docx` is a ZIP archive, and still a document. */
  readonly container?: 'zip' | 'gzip' | 'xml' | 'json' | 'elf' | 'ole' | 'sqlite';
}

export const textKind: FileKind = { typeName: 'DataFile', fileType: 'Text', mediaType: 'text/plain' };
export const binaryKind: FileKind = {
  typeName: 'DataFile',
  fileType: 'Binary data',
  mediaType: 'application/octet-stream',
};
export const emptyKind: FileKind = { typeName: 'DataFile', fileType: 'Empty file', mediaType: 'inode/x-empty' };
export const csvKind: FileKind = { typeName: 'CSVFile', fileType: 'CSV', mediaType: 'text/csv' };
export const jsonKind: FileKind = { typeName: 'JSONFile', fileType: 'JSON', mediaType: 'application/json' };
export const xmlKind: FileKind = { typeName: 'XMLFile', fileType: 'XML', mediaType: 'application/xml' };
export const parquetKind: FileKind = {
  typeName: 'ParquetFile',
  fileType: 'Parquet',
  mediaType: 'application/vnd.apache.parquet',
};
export const scriptKind: FileKind = { typeName: 'ScriptFile', fileType: 'Script', mediaType: 'text/x-script' };

/** Lower case, without the dot; empty when there is none. A name such as `.profile` has none. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 || dot === name.length - 1 || name.length - dot > 16 ? '' : name.slice(dot + 1).toLowerCase();
}

export function kindByName(name: string): FileKind | undefined {
  return byWholeName.get(name.toLowerCase()) ?? byExtension.get(extensionOf(name));
}

const byExtension: ReadonlyMap<string, FileKind> = new Map([
  ...kinds(csvKind, 'csv'),
  ...kinds(
    { ...csvKind, fileType: 'Tab-separated values', mediaType: 'text/tab-separated-values', delimiter: '\t' },
    'tsv',
    'tab',
  ),
  ...kinds({ ...csvKind, fileType: 'Pipe-separated values', delimiter: '|' }, 'psv'),
  ...kinds(jsonKind, 'json', 'geojson', 'jsonld', 'ipynb', 'har', 'webmanifest'),
  ...kinds({ ...jsonKind, fileType: 'JSON lines', mediaType: 'application/x-ndjson' }, 'jsonl', 'ndjson'),
  ...kinds(parquetKind, 'parquet', 'parq'),
  ...kinds({ typeName: 'AvroFile', fileType: 'Avro', mediaType: 'application/vnd.apache.avro' }, 'avro'),
  ...kinds(xmlKind, 'xml', 'xsd', 'xsl', 'xslt', 'wsdl', 'rdf', 'rss', 'kml', 'dita', 'ditamap', 'plist'),
  ...kinds({ typeName: 'YAMLFile', fileType: 'YAML', mediaType: 'application/yaml' }, 'yaml', 'yml'),
  ...kinds(
    { typeName: 'PropertiesFile', fileType: 'Properties', mediaType: 'text/plain' },
    'properties',
    'ini',
    'conf',
    'cfg',
    'cnf',
    'env',
    'toml',
  ),
  ...kinds({ typeName: 'LogFile', fileType: 'Log', mediaType: 'text/plain' }, 'log'),
  ...kinds(textKind, 'txt', 'text', 'asc'),
  ...kinds({ typeName: 'DataFile', fileType: 'Markdown', mediaType: 'text/markdown' }, 'md', 'markdown'),
  ...kinds({ typeName: 'DataFile', fileType: 'reStructuredText', mediaType: 'text/x-rst' }, 'rst'),
  ...kinds({ typeName: 'DataFile', fileType: 'HTML', mediaType: 'text/html' }, 'html', 'htm', 'xhtml'),
  ...kinds({ typeName: 'DataFile', fileType: 'PDF document', mediaType: 'application/pdf' }, 'pdf'),
  ...kinds(
    {
      typeName: 'DataFile',
      fileType: 'Word document',
      mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      container: 'zip',
    },
    'docx',
  ),
  ...kinds(
    { typeName: 'DataFile', fileType: 'Word document', mediaType: 'application/msword', container: 'ole' },
    'doc',
  ),
  ...kinds(
    {
      typeName: 'DataFile',
      fileType: 'Presentation',
      mediaType: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
      container: 'zip',
    },
    'pptx',
  ),
  ...kinds(
    {
      typeName: 'DataFile',
      fileType: 'OpenDocument text',
      mediaType: 'application/vnd.oasis.opendocument.text',
      container: 'zip',
    },
    'odt',
  ),
  ...kinds(
    { typeName: 'DataFile', fileType: 'EPUB book', mediaType: 'application/epub+zip', container: 'zip' },
    'epub',
  ),
  ...kinds(
    {
      typeName: 'SpreadsheetFile',
      fileType: 'Excel workbook',
      mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      container: 'zip',
    },
    'xlsx',
    'xlsm',
  ),
  ...kinds(
    {
      typeName: 'SpreadsheetFile',
      fileType: 'Excel workbook',
      mediaType: 'application/vnd.ms-excel',
      container: 'ole',
    },
    'xls',
  ),
  ...kinds(
    {
      typeName: 'SpreadsheetFile',
      fileType: 'OpenDocument spreadsheet',
      mediaType: 'application/vnd.oasis.opendocument.spreadsheet',
      container: 'zip',
    },
    'ods',
  ),
  ...kinds({ typeName: 'RasterFile', fileType: 'PNG image', mediaType: 'image/png' }, 'png'),
  ...kinds({ typeName: 'RasterFile', fileType: 'JPEG image', mediaType: 'image/jpeg' }, 'jpg', 'jpeg'),
  ...kinds({ typeName: 'RasterFile', fileType: 'GIF image', mediaType: 'image/gif' }, 'gif'),
  ...kinds({ typeName: 'RasterFile', fileType: 'TIFF image', mediaType: 'image/tiff' }, 'tif', 'tiff'),
  ...kinds({ typeName: 'RasterFile', fileType: 'WebP image', mediaType: 'image/webp' }, 'webp'),
  ...kinds({ typeName: 'RasterFile', fileType: 'Bitmap image', mediaType: 'image/bmp' }, 'bmp'),
  ...kinds({ typeName: 'RasterFile', fileType: 'Icon', mediaType: 'image/vnd.microsoft.icon' }, 'ico'),
  ...kinds({ typeName: 'VectorFile', fileType: 'SVG image', mediaType: 'image/svg+xml', container: 'xml' }, 'svg'),
  ...kinds({ typeName: 'VectorFile', fileType: 'PostScript', mediaType: 'application/postscript' }, 'eps', 'ps'),
  ...kinds({ typeName: 'ThreeDImageFile', fileType: '3D model' }, 'stl', 'obj', 'gltf', 'glb', 'fbx', 'dcm'),
  ...kinds({ typeName: 'AudioFile', fileType: 'MP3 audio', mediaType: 'audio/mpeg' }, 'mp3'),
  ...kinds({ typeName: 'AudioFile', fileType: 'Audio' }, 'wav', 'flac', 'ogg', 'oga', 'm4a', 'aac', 'opus'),
  ...kinds(
    { typeName: 'VideoFile', fileType: 'Video' },
    'mp4',
    'm4v',
    'mov',
    'avi',
    'mkv',
    'webm',
    'mpg',
    'mpeg',
    'ogv',
  ),
  ...kinds({ typeName: 'ArchiveFile', fileType: 'ZIP archive', mediaType: 'application/zip', container: 'zip' }, 'zip'),
  ...kinds(
    { typeName: 'ArchiveFile', fileType: 'Gzip archive', mediaType: 'application/gzip', container: 'gzip' },
    'gz',
    'tgz',
  ),
  ...kinds({ typeName: 'ArchiveFile', fileType: 'Tar archive', mediaType: 'application/x-tar' }, 'tar'),
  ...kinds(
    { typeName: 'ArchiveFile', fileType: 'Compressed archive' },
    'bz2',
    'xz',
    'zst',
    '7z',
    'rar',
    'lz4',
    'deb',
    'rpm',
  ),
  ...kinds(
    { typeName: 'ArchiveFile', fileType: 'Java archive', mediaType: 'application/java-archive', container: 'zip' },
    'jar',
    'war',
    'ear',
  ),
  ...kinds({ typeName: 'ArchiveFile', fileType: 'Python wheel', container: 'zip' }, 'whl'),
  ...kinds(
    { typeName: 'KeyStoreFile', fileType: 'Key store' },
    'jks',
    'jceks',
    'p12',
    'pfx',
    'bks',
    'keystore',
    'truststore',
  ),
  ...kinds(
    { typeName: 'DataFile', fileType: 'SQLite database', mediaType: 'application/vnd.sqlite3', container: 'sqlite' },
    'sqlite',
    'sqlite3',
    'db',
  ),
  ...kinds(
    { typeName: 'ScriptFile', fileType: 'Shell script', mediaType: 'text/x-shellscript' },
    'sh',
    'bash',
    'zsh',
    'ksh',
    'fish',
  ),
  ...kinds({ typeName: 'ScriptFile', fileType: 'Script' }, 'bat', 'cmd', 'ps1', 'awk', 'sed'),
  ...kinds({ typeName: 'ScriptFile', fileType: 'SQL script', mediaType: 'application/sql' }, 'sql', 'ddl'),
  ...kinds({ typeName: 'SourceCodeFile', fileType: 'Python source' }, 'py', 'pyi'),
  ...kinds(
    { typeName: 'SourceCodeFile', fileType: 'JavaScript source', mediaType: 'text/javascript' },
    'js',
    'mjs',
    'cjs',
    'jsx',
  ),
  ...kinds({ typeName: 'SourceCodeFile', fileType: 'TypeScript source' }, 'ts', 'tsx', 'mts', 'cts'),
  ...kinds({ typeName: 'SourceCodeFile', fileType: 'Java source' }, 'java'),
  ...kinds({ typeName: 'SourceCodeFile', fileType: 'C source' }, 'c', 'h'),
  ...kinds({ typeName: 'SourceCodeFile', fileType: 'C++ source' }, 'cc', 'cpp', 'cxx', 'hpp', 'hh'),
  ...kinds(
    { typeName: 'SourceCodeFile', fileType: 'Source code' },
    'go',
    'rs',
    'rb',
    'pl',
    'pm',
    'php',
    'lua',
    'scala',
    'kt',
    'swift',
    'cs',
    'r',
    'jl',
    'css',
    'scss',
    'vue',
    'proto',
  ),
  ...kinds(
    { typeName: 'BuildInstructionFile', fileType: 'Build instructions' },
    'gradle',
    'mk',
    'cmake',
    'bazel',
    'am',
    'sbt',
  ),
  ...kinds({ typeName: 'ExecutableFile', fileType: 'Executable', container: 'elf' }, 'so', 'o', 'ko', 'bin'),
  ...kinds({ typeName: 'ExecutableFile', fileType: 'Windows executable' }, 'exe', 'dll', 'msi'),
  ...kinds({ typeName: 'ExecutableFile', fileType: 'Java class' }, 'class'),
]);

const byWholeName: ReadonlyMap<string, FileKind> = new Map(
  kinds(
    { typeName: 'BuildInstructionFile', fileType: 'Build instructions', mediaType: 'text/plain' },
    'makefile',
    'gnumakefile',
    'dockerfile',
    'containerfile',
    'jenkinsfile',
    'vagrantfile',
    'rakefile',
    'cmakelists.txt',
    'meson.build',
    'pom.xml',
  ),
);

function kinds(kind: FileKind, ...names: readonly string[]): [string, FileKind][] {
  return names.map((name) => [name, kind]);
}
