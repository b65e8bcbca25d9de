/**
 * The environment variable by which a process is known as one of a cluster's, whatever it runs: what `fairlead up`
 * starts has the token of the cluster's claim as its value, and hands it on. A container's own processes do not have
 * it: they are found by their cgroups.
 */
export const OWNER = 'FAIRLEAD_CLUSTER'

/** For the environment of what is started with one of its own. */
export const ownership = (): NodeJS.ProcessEnv => {
  const token = process.env[OWNER]
  return token === undefined ? {} : { [OWNER]: token }
}
