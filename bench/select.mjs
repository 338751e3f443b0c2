/** The cases of the given names, or of names that begin so (`realnvp-log-prob` means all its batch sizes); none means all. */
export function selectCases(cases, wanted) {
  const fits = (name, each) => each.name === name || each.name.startsWith(`${name}-`);
  return {
    selected: wanted.length === 0 ? cases : cases.filter((each) => wanted.some((name) => fits(name, each))),
    unknown: wanted.filter((name) => !cases.some((each) => fits(name, each))),
  };
}
