/** A path that was made for a client with `:name` for its values, as the router takes it. */
export function patternOf(path: string): string {
  return path.replaceAll(encodeURIComponent(':'), ':');
}
