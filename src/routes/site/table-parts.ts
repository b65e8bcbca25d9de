import type { FoundAuthorities, FoundCertificate } from '../references/certificates.ts'
import type { CompiledRoute } from '../rules/compile-route.ts'
import type { Backend, Certificate, RoutingTable } from '../table/table.ts'

/** What a table holds by keys: collected while the parts that use it are made, each once. */
export class TableParts {
  readonly #backends = new Map<string, Backend>()
  readonly #certificates = new Map<string, Certificate>()
  readonly #authorities = new Map<string, string>()
  readonly #seen = new Set<CompiledRoute>()

  addRoute(compiled: CompiledRoute): void {
    if (this.#seen.has(compiled)) return
    this.#seen.add(compiled)
    for (const { backend, authorities, clientCertificate } of compiled.uses) {
      this.#backends.set(backend.key, backend)
      this.addAuthorities(authorities)
      if (clientCertificate !== undefined) this.addCertificate(clientCertificate)
    }
  }

  addCertificate({ key, certificate }: FoundCertificate): void {
    this.#certificates.set(key, certificate)
  }

  addAuthorities(found: readonly FoundAuthorities[]): void {
    for (const { key, bundle } of found) this.#authorities.set(key, bundle)
  }

  /** What a site of another kind brings. */
  addSite({ backends, certificates }: Pick<RoutingTable, 'backends' | 'certificates'>): void {
    for (const [key, backend] of backends) this.#backends.set(key, backend)
    for (const [key, certificate] of certificates) this.#certificates.set(key, certificate)
  }

  parts(): Omit<RoutingTable, 'sites'> {
    return { backends: this.#backends, certificates: this.#certificates, authorities: this.#authorities }
  }
}
