/** An object of the API by what names it; those of no namespace have none. */
export interface ObjectRef {
  readonly kind: string
  readonly namespace?: string
  readonly name: string
}

/** An address in canonical text, and a port there. */
export interface Socket {
  readonly address: string
  readonly port: number
}
