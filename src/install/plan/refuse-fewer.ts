import { InstallError } from '../install-error.ts'
import type { Installation } from '../objects/installation.ts'

/** What a part has laid into kernels goes by `uninstall` alone: left there, its policies or routes would count for ever. */
export const refuseFewer = (before: Installation | undefined, { settings, namespace }: Installation): void => {
  const gone = (before?.settings.parts ?? []).filter((part) => !settings.parts.includes(part))
  if (gone.length > 0)
    throw new InstallError(
      'INSTALL_FEWER',
      `${gone.join(', ')} ${gone.length > 1 ? 'are' : 'is'} installed in ${namespace}, and not among the parts that are asked for`,
      `name them too: --parts ${[...settings.parts, ...gone].join(',')}; or fairlead uninstall, and install without them`,
    )
}
