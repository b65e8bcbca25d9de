/** Removals under way, by what they remove: whoever wants the same removed meanwhile waits for that one. */
export class Removals {
  readonly #underway = new Map<string, Promise<void>>()

  async join(id: string, remove: () => Promise<void>): Promise<void> {
    const known = this.#underway.get(id)
    if (known !== undefined) return await known
    const removal = remove().finally(() => this.#underway.delete(id))
    this.#underway.set(id, removal)
    await removal
  }

  /** Resolves when nothing of that name is being removed; never rejects. */
  async over(id: string): Promise<void> {
    await this.#underway.get(id)?.catch(() => undefined)
  }
}
