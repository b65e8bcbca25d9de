export type Labels = { readonly [key: string]: string }

/** What the rules of this room need of an object of any kind; every API object has this shape. */
export interface Named {
  readonly metadata?: { readonly namespace?: string; readonly name?: string }
}
