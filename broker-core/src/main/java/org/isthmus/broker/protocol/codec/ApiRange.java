package org.isthmus.broker.protocol.codec;

import org.jspecify.annotations.Nullable;

/** Versions of one API, both ends included. */
public record ApiRange(short min, short max) {
    /** The versions that the codec reads and writes; null for a key that it does not know. */
    public static @Nullable ApiRange ofCodec(short apiKey) {
        var schema = Schemas.of(apiKey);
        return schema == null ? null : new ApiRange(schema.minVersion(), schema.maxVersion());
    }

    public boolean contains(short version) {
        return version >= min && version <= max;
    }

    /** The newest version in both; null where they have none in common. */
    public @Nullable Short newestCommon(ApiRange other) {
        int newest = Math.min(max, other.max);
        return newest >= Math.max(min, other.min) ? (short) newest : null;
    }
}
