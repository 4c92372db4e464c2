package org.isthmus.ra;

import java.time.Duration;
import org.isthmus.ra.inbound.Subscription.Batch;

/** What a bean asks for that implements {@link org.isthmus.jms.BatchMessageListener}. */
public class IsthmusBatchActivationSpec extends IsthmusActivationSpec {
    private static final long serialVersionUID = 1L;
    private static final int MOST = 10_000;

    private int maxBatchSize = 100;
    private long batchTimeout;

    @Override
    void check(PropertyFlaws flaws) {
        super.check(flaws);
        if (maxBatchSize < 1 || maxBatchSize > MOST) {
            flaws.add("maxBatchSize", maxBatchSize + " is not between 1 and " + MOST);
        }
        flaws.atLeast("batchTimeout", batchTimeout, 0);
    }

    @Override
    Batch batch() {
        return new Batch(maxBatchSize, Duration.ofMillis(batchTimeout));
    }

    /** Most messages in one list. */
    public Integer getMaxBatchSize() {
        return maxBatchSize;
    }

    public void setMaxBatchSize(Integer maxBatchSize) {
        this.maxBatchSize = maxBatchSize;
    }

    /** Milliseconds that the first message of a list waits for more; 0: a list is what is there when a bean is free. */
    public Long getBatchTimeout() {
        return batchTimeout;
    }

    public void setBatchTimeout(Long batchTimeout) {
        this.batchTimeout = batchTimeout;
    }
}
