// c = a · b on float32 in the memory of one model. AssemblyScript; `python -m tools.wasm build`
// compiles it to product.wasm. a is n_rows × depth, row by row; b lies in strips of eight columns
// (see matmul.js); c is n_rows × (8 · n_strips). Addresses are in bytes.

export function product(
  a: usize, b: usize, c: usize, n_rows: i32, depth: i32, n_strips: i32,
): void {
  const rowOfA = <usize>depth << 2;
  const rowOfC = <usize>n_strips << 5;
  for (let strip = 0; strip < n_strips; strip += 1) {
    let x = a;
    let z = c + (<usize>strip << 5);
    let row = 0;
    // Four rows at once, so that a strip is read from memory a quarter as often.
    for (; row + 4 <= n_rows; row += 4, x += rowOfA << 2, z += rowOfC << 2) {
      fourRows(x, b, z, rowOfA, rowOfC);
    }
    for (; row < n_rows; row += 1, x += rowOfA, z += rowOfC) oneRow(x, b, z, rowOfA);
    b += rowOfA << 3;
  }
}

function fourRows(x: usize, y: usize, z: usize, rowOfA: usize, rowOfC: usize): void {
  const x1 = x + rowOfA, x2 = x1 + rowOfA, x3 = x2 + rowOfA;
  let l0 = f32x4.splat(0), l1 = l0, l2 = l0, l3 = l0; // columns 0 to 3 of each row
  let r0 = l0, r1 = l0, r2 = l0, r3 = l0; // columns 4 to 7
  for (let k: usize = 0; k < rowOfA; k += 4, y += 32) {
    const left = v128.load(y), right = v128.load(y, 16);
    let factor = v128.load32_splat(x + k);
    l0 = f32x4.add(l0, f32x4.mul(factor, left));
    r0 = f32x4.add(r0, f32x4.mul(factor, right));
    factor = v128.load32_splat(x1 + k);
    l1 = f32x4.add(l1, f32x4.mul(factor, left));
    r1 = f32x4.add(r1, f32x4.mul(factor, right));
    factor = v128.load32_splat(x2 + k);
    l2 = f32x4.add(l2, f32x4.mul(factor, left));
    r2 = f32x4.add(r2, f32x4.mul(factor, right));
    factor = v128.load32_splat(x3 + k);
    l3 = f32x4.add(l3, f32x4.mul(factor, left));
    r3 = f32x4.add(r3, f32x4.mul(factor, right));
  }
  keep(z, l0, r0);
  keep(z + rowOfC, l1, r1);
  keep(z + (rowOfC << 1), l2, r2);
  keep(z + (rowOfC << 1) + rowOfC, l3, r3);
}

function oneRow(x: usize, y: usize, z: usize, rowOfA: usize): void {
  let left = f32x4.splat(0), right = left;
  for (const end = x + rowOfA; x < end; x += 4, y += 32) {
    const factor = v128.load32_splat(x);
    left = f32x4.add(left, f32x4.mul(factor, v128.load(y)));
    right = f32x4.add(right, f32x4.mul(factor, v128.load(y, 16)));
  }
  keep(z, left, right);
}

function keep(z: usize, left: v128, right: v128): void {
  v128.store(z, left);
  v128.store(z, right, 16);
}
