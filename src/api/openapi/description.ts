/** What `kubectl explain` says of a message, and of each of its fields: a sentence or two, in our own words. */
export interface Description {
  readonly about: string
  readonly fields: { readonly [name: string]: string }
}

/** By the message's name; messages of one name in two groups mean the same. */
export type Descriptions = { readonly [messageName: string]: Description }
