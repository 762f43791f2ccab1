// Count, mean and sum of squared distances from the mean (m2) of four channels, merged by Chan,
// Golub & LeVeque 1979. A record in memory is [mean: c][m2: c][count, 3 unused];
// means are relative to the tensor's first row, so that a large constant offset costs no digits.
struct Moments {
    vec4 mean, m2;
    float count;
};

Moments merge_moments(Moments a, Moments b) {
    float count = a.count + b.count, share = b.count / max(count, 1.0);
    vec4 delta = b.mean - a.mean;
    return Moments(a.mean + delta * share, a.m2 + b.m2 + delta * delta * (a.count * share), count);
}

Moments load_moments(uint64_t records, uint record, uint c4, uint quad) {
    uint at = record * (2 * c4 + 1);
    return Moments(load4_f32(records, at + quad), load4_f32(records, at + c4 + quad),
                   load1_f32(records, 4 * (at + 2 * c4)));
}

void store_moments(uint64_t records, uint record, uint c4, uint quad, Moments moments) {
    uint at = record * (2 * c4 + 1);
    store4_f32(records, at + quad, moments.mean);
    store4_f32(records, at + c4 + quad, moments.m2);
    if (quad == 0)
        store4_f32(records, at + 2 * c4, vec4(moments.count));
}

// Records [begin, end) in order.
Moments merge_records(uint64_t records, uint begin, uint end, uint c4, uint quad) {
    Moments total = load_moments(records, begin, c4, quad);
    for (uint record = begin + 1; record < end; record++)
        total = merge_moments(total, load_moments(records, record, c4, quad));
    return total;
}
