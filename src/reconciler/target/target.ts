/** What somebody else has changed of what is kept. */
export interface Edit<Key> {
  /** What must be written again. Left out: that cannot be told, and all is taken over anew. */
  readonly key?: Key
  /** In words. */
  readonly found: readonly string[]
}

/** Told by a target, key by key, what has become of a write. */
export interface Told<Key> {
  written(keys: readonly Key[]): void
  refused(key: Key, error: Error): void
}

/**
 * Something outside of us that is kept equal to what should be: the rules of a kernel, the links of a namespace. What
 * should be is its own knowledge; a key names what is written, refused and tried again by itself. It keeps no timers and
 * never waits: a TargetLoop drives it.
 */
export interface Target<Key> {
  /**
   * Reads what is there and takes it over, as at a start, or when what was known of it is doubted. Gives what is to be
   * written then, in that order. Throws where it cannot be read, or not be made fit to be written to.
   */
  adopt(): Iterable<Key>
  /** What differs from what was written last; nothing, mostly, and then it should cost next to nothing. */
  read(): readonly Edit<Key>[]
  /**
   * Brings these keys to what they shall be, by the difference, and tells of each. Throws where nothing can be written;
   * where an answer got lost it is not known what has been done, and it is adopted anew.
   */
  write(keys: readonly Key[], told: Told<Key>): void
}
