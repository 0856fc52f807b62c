// `pca` and `tsne` of gptlab/vectors/maps.py.

const [N_STEPS, EXAGGERATED, EXAGGERATION, START, LEAST] = [500, 100, 4, 1e-2, 1e-12];
const SWEEPS = 30; // of Jacobi's method, far more than it needs

/**
 * Project on the two directions in which the points differ most.
 * @param {Float64Array[]} rows @param {number} n
 * @returns {number[][]} one point of n numbers for each row
 */
export function pca(rows, n = 2) {
  const d = rows[0].length;
  const mean = Array.from({ length: d }, (_, j) => rows.reduce((sum, row) => sum + row[j], 0) / rows.length);
  const centred = rows.map((row) => Array.from(row, (x, j) => x - mean[j]));
  const covariance = Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (__, j) => centred.reduce((sum, row) => sum + row[i] * row[j], 0)));
  const { values, vectors } = eigen(covariance);
  const order = values.map((_, i) => i).sort((a, b) => values[b] - values[a]).slice(0, n);
  const directions = order.map((column) => signed(vectors.map((row) => row[column])));
  const exist = Math.min(n, rows.length, d);
  return centred.map((row) => Array.from({ length: n }, (_, k) =>
    (k < exist ? row.reduce((sum, x, j) => sum + x * directions[k][j], 0) : 0)));
}

/** The sign that makes the coordinate of largest size positive. */
function signed(direction) {
  const largest = direction.reduce((best, x, i) => (Math.abs(x) > Math.abs(direction[best]) ? i : best), 0);
  return direction[largest] < 0 ? direction.map((x) => -x) : direction;
}

/** Eigenvalues and, in columns, eigenvectors of a symmetric matrix (Jacobi 1846). */
function eigen(matrix) {
  const n = matrix.length;
  const a = matrix.map((row) => row.slice());
  const vectors = a.map((_, i) => a.map((__, j) => Number(i === j)));
  const scale = Math.max(...a.map((row, i) => Math.abs(row[i])), 1e-300);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    let off = 0;
    for (let p = 0; p < n; p += 1) {
      for (let q = p + 1; q < n; q += 1) {
        off = Math.max(off, Math.abs(a[p][q]));
        if (Math.abs(a[p][q]) > 1e-15 * scale) turn(a, vectors, p, q);
      }
    }
    if (off <= 1e-14 * scale) break;
  }
  return { values: a.map((row, i) => row[i]), vectors };
}

function turn(a, vectors, p, q) {
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const row of [...a, ...vectors]) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
  const [first, second] = [a[p], a[q]];
  a[p] = first.map((x, j) => c * x - s * second[j]);
  a[q] = first.map((x, j) => s * x + c * second[j]);
}

/**
 * Place points so that neighbours stay neighbours; distances between groups mean nothing.
 * @param {Float64Array[]} rows
 * @param {number} nSteps
 * @returns {number[][]} one point of two numbers for each row
 */
export function tsne(rows, nSteps = N_STEPS) {
  const n = rows.length;
  if (n < 3) return pca(rows);
  const directions = rows.map((row) => {
    const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0)) || 1;
    return Array.from(row, (x) => x / length);
  });
  const p = affinities(squared(directions), Math.min(15, (n - 1) / 3));
  let y = pca(directions);
  const mean = y.reduce((sum, [x]) => sum + x, 0) / n;
  const spread = Math.max(Math.sqrt(y.reduce((sum, [x]) => sum + (x - mean) ** 2, 0) / n), LEAST);
  y = y.map((point) => point.map((x) => (x / spread) * START));
  const [speed, gains] = [y.map(() => [0, 0]), y.map(() => [1, 1])];
  const rate = n / EXAGGERATION; // twice that is chaotic for a few points
  for (let step = 0; step < nSteps; step += 1) {
    const isEarly = step < EXAGGERATED;
    const gradient = gradientOf(p, y, isEarly ? EXAGGERATION : 1);
    for (let i = 0; i < n; i += 1) {
      for (let k = 0; k < 2; k += 1) {
        const opposes = gradient[i][k] > 0 !== speed[i][k] > 0;
        gains[i][k] = opposes ? gains[i][k] + 0.2 : Math.max(gains[i][k] * 0.8, 0.01);
        speed[i][k] = (isEarly ? 0.5 : 0.8) * speed[i][k] - rate * gains[i][k] * gradient[i][k];
        y[i][k] += speed[i][k];
      }
    }
    const middle = [0, 1].map((k) => y.reduce((sum, point) => sum + point[k], 0) / n);
    y = y.map((point) => point.map((x, k) => x - middle[k]));
  }
  return y;
}

function gradientOf(p, y, pull) {
  const near = squared(y).map((row, i) => row.map((distance, j) => (i === j ? 0 : 1 / (1 + distance))));
  const total = near.reduce((sum, row) => sum + row.reduce((all, x) => all + x, 0), 0);
  return y.map((point, i) => {
    const sums = [0, 0];
    for (let j = 0; j < y.length; j += 1) {
      const weight = (pull * p[i][j] - Math.max(near[i][j] / total, LEAST)) * near[i][j];
      for (let k = 0; k < 2; k += 1) sums[k] += 4 * weight * (point[k] - y[j][k]);
    }
    return sums;
  });
}

function squared(points) {
  return points.map((a) => points.map((b) => a.reduce((sum, x, k) => sum + (x - b[k]) ** 2, 0)));
}

function affinities(distances, perplexity) {
  const n = distances.length;
  const p = distances.map((row, i) => conditional(row.filter((_, j) => j !== i), perplexity));
  const whole = p.map((row, i) => [...row.slice(0, i), 0, ...row.slice(i)]);
  return whole.map((row, i) => row.map((x, j) => Math.max((x + whole[j][i]) / (2 * n), LEAST)));
}

/** Shares of one point's others, under a bell curve that gives it `perplexity` neighbours. */
function conditional(row, perplexity) {
  const least = Math.min(...row);
  const others = row.map((x) => x - least);
  let [low, high, beta, weights, total] = [0, Infinity, 1, [], 1];
  for (let i = 0; i < 50; i += 1) {
    weights = others.map((x) => Math.exp(-x * beta));
    total = weights.reduce((sum, x) => sum + x, 0);
    const entropy = Math.log(total) + (beta * others.reduce((sum, x, j) => sum + x * weights[j], 0)) / total;
    if (entropy > Math.log(perplexity)) [low, beta] = [beta, high === Infinity ? beta * 2 : (beta + high) / 2];
    else [high, beta] = [beta, (beta + low) / 2];
  }
  return weights.map((x) => x / total);
}
