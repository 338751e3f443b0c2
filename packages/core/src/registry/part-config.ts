/** The configuration of a part in a spec: its type id and whatever its schema allows. */
export interface PartConfig {
  readonly type: string;
  /** Version of the configuration's form; absent means 1. */
  readonly version?: number;
}
