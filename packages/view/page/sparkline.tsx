/** A small bar chart of values over time, without axes. */
interface SparkProps {
  readonly values: readonly (number | undefined)[];
  readonly width?: number;
  readonly height?: number;
  readonly tone?: string;
}

const LEAST = 1.5;

export function Spark({ values, width = 104, height = 26, tone = 'var(--accent)' }: SparkProps) {
  const known = values.map((value) => value ?? 0);
  const most = Math.max(...known, 1e-9);
  const each = width / Math.max(1, known.length);
  if (known.length < 2) return <svg width={width} height={height} aria-hidden="true" />;
  return (
    <svg
      class="spark"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {known.map((value, index) => {
        const tall = Math.max(LEAST, (value / most) * height);
        if (value <= 0) return null;
        return (
          <rect
            key={index}
            x={index * each}
            y={height - tall}
            width={Math.max(1, each - 1)}
            height={tall}
            fill={tone}
            rx="0.5"
          />
        );
      })}
    </svg>
  );
}
