/**
 * Whether a kernel holds Services as kube-proxy writes them, by the text of its whole ruleset: the map of its nftables mode
 * with something in it, or the chain of its iptables mode with a rule. Either is written at once for all Services.
 */
export const hasServicesOfOthers = (ruleset: string): boolean =>
  /^table ip6? kube-proxy \{[\s\S]*?^\tmap service-ips \{[^}]*elements = \{/m.test(ruleset) ||
  /^\tchain KUBE-SERVICES \{\n\t\t(?!\})\S/m.test(ruleset)
