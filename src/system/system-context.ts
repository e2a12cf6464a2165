export function createSystemContext(): unknown {
  return {};
}
