/** The list changed between two requests: read it again. */
export class ListMoved {
  constructor(readonly what: string) {}
}
