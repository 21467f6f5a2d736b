import { differences } from './differences.mjs';

export const differencesPath = 'docs/egeria-differences.md';

/** The page of the documentation that lists every difference. */
export function differencesPage() {
  const releases = [...new Set(differences.map(({ release }) => release))].sort();
  const sections = releases.map((release) => {
    const rows = differences
      .filter((row) => row.release === release)
      .map(
        ({ file, ids, egeria, isthmus, why }) => `| ${file} | ${ids.join(', ')} | ${egeria} | ${isthmus} | ${why} |`,
      );
    return `## ${release}\n\n| Recording | Lines | Egeria ${release} | Isthmus | Why |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `<!-- Made by \`npm run docs\` from packages/devtools/lib/conformance/differences.mjs. -->
# Where Isthmus answers otherwise than Egeria

Real Egeria servers of 4.3 and 6.1 were recorded (\`packages/devtools/golden\`), and \`npm run prove -- conformance\` replays the
recordings against a platform of ours. These are all the lines that are answered otherwise; the proof fails when there is another
one, or when one of these is out of date. What a recording marks as a defect of Egeria is not copied and not compared.

${sections.join('\n')}`;
}
