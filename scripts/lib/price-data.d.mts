/** The overlay of prices/overlay.json; `overlayShelves` checks its entries. */
interface Overlay {
  readonly models: readonly unknown[];
  readonly amendments: readonly unknown[];
}

export function overlayShelves(
  overlay: Overlay,
  dataDate: string,
  isInData: (provider: string, id: string) => boolean,
  note: (line: string) => void,
): Record<string, string>;

export function overlayDate(overlay: Overlay): string;
