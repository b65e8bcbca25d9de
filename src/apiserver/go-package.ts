/** `core` for the group without a name: what Go's packages of types are called, which some messages name. */
export const goPackage = (group: string): string =>
  group === '' || group === 'events.k8s.io' ? 'core' : group.split('.')[0]!
