/** Some endpoints that together should get a share of the connections. */
interface Share {
  readonly weight: number
  readonly endpoints: number
}

/** A choice is one of so many; kernels have room for more, and nobody sees the difference. */
const MOST = 256

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

/**
 * How many times an endpoint of each share counts where one is chosen, so that the shares together get what their weights
 * say: exactly where few enough numbers can say it, else as near as 1/256. Shares without weight or endpoints have 0.
 */
export const endpointWeights = (shares: readonly Share[]): readonly number[] => {
  const used = shares.filter(({ weight, endpoints }) => weight > 0 && endpoints > 0)
  const common = used.reduce((all, { endpoints }) => (all / gcd(all, endpoints)) * endpoints, 1)
  const exact = ({ weight, endpoints }: Share): number => (weight * common) / endpoints
  const divisor = Number.isSafeInteger(common * 1_000_000) ? used.map(exact).reduce(gcd, 0) : 0
  const choices = used.reduce((sum, share) => sum + (exact(share) / divisor) * share.endpoints, 0)
  const total = used.reduce((sum, { weight }) => sum + weight, 0)
  return shares.map((share) => {
    const { weight, endpoints } = share
    if (weight <= 0 || endpoints <= 0) return 0
    if (choices <= MOST) return exact(share) / divisor
    return Math.max(1, Math.round(((weight / total) * MOST) / endpoints))
  })
}
